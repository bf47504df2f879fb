"""The key of every book of the tests, here and in child processes; it protects nothing."""

from creditdesk import secrecy

DATA_KEY = "dGVzdHMgb2YgY3JlZGl0ZGVzayBrZWVwIG5vIHNlY3I="
KEYS = secrecy.keyring(DATA_KEY)
