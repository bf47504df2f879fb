"""Spelling: what stays of a name when case, marks, signs and spaces do not matter."""

import unicodedata


def plain(text: str) -> str:
    """Return a text without case and marks: đ is d, and every letter is bare."""
    parts = unicodedata.normalize("NFKD", text.casefold().replace("đ", "d"))
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a text, plain: what is neither letter nor digit divides them."""
    spaced = (sign if sign.isalnum() else " " for sign in plain(text))
    return tuple("".join(spaced).split())


def to_find(text: str) -> str:
    """Return a text as it is kept to be found: every plain word behind a space."""
    return "".join(f" {word}" for word in words_of(text))
