"""The key of every book of the tests, here and in child processes; it protects nothing."""

from creditdesk import secrecy

DATA_KEY = "OY2JLSHseK7DfL3C21aklvlcsH3waghfkFjFVRyp6XY="
KEYS = secrecy.keyring(DATA_KEY)
