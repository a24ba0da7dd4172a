"""Passwords, tokens and codes: made at random, kept as hashes. No I/O; `hash_password` and `is_right` take a while."""

import hashlib
import secrets
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bot.errors import Unreadable

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
HASHER = PasswordHasher()
"""argon2id with the library's parameters (RFC 9106, low memory: 64 MiB, 3 rounds)."""
READABLE = "abcdefghjkmnpqrstuvwxyz23456789"
"""Nothing that is taken for another: no i, l, o, 0, 1."""
RECOVERY_CODES = 10


def plain_login(login: str) -> str:
    """The login as it is kept: nobody must remember capitals or the width of letters."""
    return unicodedata.normalize("NFKC", login).strip().casefold()


def _plain(password: str) -> str:
    """The same characters whatever keyboard composed them."""
    return unicodedata.normalize("NFKC", password)


def accept_password(password: str, login: str, name: str) -> None:
    """Raises Unreadable for a password that is too easy to guess, or not one at all. Length is what counts."""
    plain = _plain(password)
    if len(plain) < SHORTEST_PASSWORD:
        raise Unreadable(f"a password needs at least {SHORTEST_PASSWORD} characters")
    if len(plain) > LONGEST_PASSWORD:
        raise Unreadable(f"a password has at most {LONGEST_PASSWORD} characters")
    rest = plain.casefold()
    for known in (login.casefold(), name.casefold(), "password", "carebot"):
        rest = rest.replace(known, "") if known else rest
    if len(set(rest)) < 5:
        raise Unreadable("this password is too easy to guess")


def hash_password(password: str) -> str:
    return HASHER.hash(_plain(password))


@cache
def _nobodys() -> str:
    return HASHER.hash(secrets.token_urlsafe(32))


def is_right(kept: str, password: str) -> bool:
    """Whether this is the password. With nothing kept it takes as long, and is wrong: so nobody learns who exists."""
    hashed = _nobodys()  # for both ways: the first call of the process costs a hash more
    try:
        HASHER.verify(kept or hashed, _plain(password[: LONGEST_PASSWORD + 1]))
    except (VerificationError, InvalidHashError):
        return False
    return bool(kept)


def is_outdated(kept: str) -> bool:
    """Whether the password should be hashed anew: the parameters have become stronger since."""
    return HASHER.check_needs_rehash(kept)


def new_token() -> str:
    """256 random bits: nothing that could be tried out, so a plain hash keeps it well."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def new_password() -> str:
    """To be read out and typed once: about 99 bits, "h4m2x-…-…-…"."""
    return "-".join("".join(secrets.choice(READABLE) for _ in range(5)) for _ in range(4))


def new_recovery_codes() -> list[str]:
    """About 79 bits each."""
    return [
        "-".join("".join(secrets.choice(READABLE) for _ in range(4)) for _ in range(4)) for _ in range(RECOVERY_CODES)
    ]


def hash_recovery_code(code: str) -> str:
    """However it was typed: capitals, blanks and dashes do not matter."""
    return hash_token("".join(c for c in _plain(code).casefold() if c.isalnum()))
