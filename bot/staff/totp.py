"""The second factor: one-time codes of an authenticator app (RFC 6238). Pure but for the random secret.

A code is six digits for thirty seconds; the one before and the one after count, too, for clocks that differ.
"""

import hmac
import unicodedata
from datetime import datetime

import pyotp
import segno

SECONDS = 30
ISSUER = "Carebot"


def new_secret() -> str:
    """Base32, 160 bits."""
    return pyotp.random_base32()


def step(at: datetime) -> int:
    return int(at.timestamp()) // SECONDS


def matching_step(secret: str, code: str, at: datetime) -> int | None:
    """The time step this code is of; None when it is wrong. The caller sees that a step is used only once."""
    given = "".join(unicodedata.normalize("NFKC", code).split())
    if not is_code(given):
        return None
    codes, now, found = pyotp.TOTP(secret), step(at), None
    for candidate in (now - 1, now, now + 1):  # all three, whichever fits
        if hmac.compare_digest(codes.generate_otp(candidate), given):
            found = candidate
    return found


def is_code(text: str) -> bool:
    """Whether it has the form of a code (else it may be a recovery code)."""
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    return len(plain) == 6 and plain.isascii() and plain.isdecimal()


def address(secret: str, login: str) -> str:
    """What an authenticator app reads: otpauth://…"""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)


def picture(secret: str, login: str) -> str:
    """The same as a QR code: a whole SVG element."""
    return str(segno.make(address(secret, login), error="m").svg_inline(scale=5, border=4, light="white"))
