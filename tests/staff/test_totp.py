"""Codes of the second factor, against the vectors of RFC 6238 and a real app's library."""

import base64
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from bot.staff import totp

SECRET = base64.b32encode(b"12345678901234567890").decode()
AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]
)
def test_the_codes_are_those_of_the_standard(seconds, code):
    at = datetime.fromtimestamp(seconds, UTC)
    assert totp.matching_step(SECRET, code, at) == seconds // 30


def test_a_clock_may_differ_by_one_step_and_no_more():
    code = pyotp.TOTP(SECRET).at(AT)
    steps = [totp.matching_step(SECRET, code, AT + timedelta(seconds=30 * n)) for n in (-2, -1, 0, 1, 2)]
    now = totp.step(AT)
    assert steps == [None, now, now, now, None]


@pytest.mark.parametrize("wrong", ["", "12345", "1234567", "abcdef", "000000"])
def test_what_is_no_code_is_wrong(wrong):
    assert totp.matching_step(SECRET, wrong, AT) is None


def test_a_code_may_be_typed_with_blanks_or_full_width():
    code = pyotp.TOTP(SECRET).at(AT)
    wide = "".join(chr(ord(c) + 0xFEE0) for c in code)
    assert totp.matching_step(SECRET, f"{code[:3]} {code[3:]}", AT) == totp.step(AT)
    assert totp.matching_step(SECRET, wide, AT) == totp.step(AT)


def test_an_app_reads_the_picture():
    assert totp.address(SECRET, "anna") == f"otpauth://totp/Carebot:anna?secret={SECRET}&issuer=Carebot"
    assert totp.picture(SECRET, "anna").startswith("<svg")
