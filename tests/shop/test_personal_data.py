"""Phones, birthdays, and what is shown of personal data."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.shop.customer import Birthday, Calendar, CustomerRecord, canonical_phone
from bot.shop.masking import mask_address, mask_email, mask_name, mask_phone


@pytest.mark.parametrize(
    "typed",
    [
        "13900000078",
        "139 0000 0078",
        "139-0000-0078",
        "+86 13900000078",
        "008613900000078",
        "8613900000078",
        "１３９００００００７８",
    ],
)
def test_one_mobile_number_is_one_however_it_is_written(typed):
    assert canonical_phone(typed) == "13900000078"


@pytest.mark.parametrize("typed", ["", "call me", "12345", "1390000007x", "1" * 16, "٠١٢٣٤٥٦٧"])
def test_what_is_no_phone_number_is_none(typed):
    assert canonical_phone(typed) == ""


def test_foreign_numbers_keep_their_country():
    assert canonical_phone("+44 (7700) 900-123") == "+447700900123"


@settings(deadline=None)  # machines that are busy are no failure
@given(some.text(max_size=30))
def test_the_canonical_form_is_its_own_canonical_form(text):
    assert canonical_phone(canonical_phone(text)) == canonical_phone(text)


def test_what_is_shown_of_a_phone_a_mail_and_a_name():
    assert mask_phone("139 0000 0078") == "13*******78"
    assert mask_phone("+447700900123") == "+44********23"
    assert mask_phone("123") == "***"
    assert mask_email("emma.clarke@example.com") == "e****@example.com"
    assert mask_email("no mail") == "*******"
    assert mask_name("林小雨") == "林**"
    assert mask_name("Emma Clarke") == "E*** C*****"
    assert mask_name("林") == "*"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("上海市 浦东新区 桂香路18号 6栋1203室", "上海市 浦东新区****"),
        ("广东省深圳市南山区明月巷7号1栋801室", "广东省深圳市****"),
        ("Flat 502, Building 3, 12 Chunxiao Street, Chaoyang, Beijing", "****, Chaoyang, Beijing"),
        ("12 Chunxiao Street, Beijing", "****, Beijing"),
        ("桂香路18号", "桂香****"),
        ("上海市 桂香路18号", "上海市****"),
        ("", ""),
    ],
)
def test_an_address_shows_the_region_and_hides_the_door(address, shown):
    assert mask_address(address) == shown


@settings(deadline=None)  # machines that are busy are no failure
@given(some.text(alphabet="0123456789", min_size=5, max_size=15))
def test_a_masked_phone_never_shows_more_than_four_digits_of_its_own(digits):
    assert sum(char.isdigit() for char in mask_phone(digits)) <= 4
    assert len(mask_phone(digits)) == len(digits)


@settings(deadline=None)  # machines that are busy are no failure
@given(some.text(some.characters(exclude_characters="*"), min_size=1, max_size=60))
def test_a_masked_address_never_holds_the_whole(address):
    if address.strip():
        assert address.strip() not in mask_address(address)
        assert "****" in mask_address(address)


@pytest.mark.parametrize(
    ("month", "day", "calendar", "leap"),
    [
        (2, 30, Calendar.SOLAR, False),
        (13, 1, Calendar.LUNAR, False),
        (1, 31, Calendar.LUNAR, False),
        (1, 1, Calendar.SOLAR, True),
    ],
)
def test_a_birthday_that_cannot_be_is_refused(month, day, calendar, leap):
    with pytest.raises(ValueError):
        Birthday(month, day, calendar, leap)


def test_the_29th_of_february_and_a_lunar_leap_month_are_birthdays():
    assert Birthday(2, 29).day == 29
    assert Birthday(6, 30, Calendar.LUNAR, leap=True).leap


def test_a_customer_is_printed_without_personal_data():
    printed = repr(CustomerRecord("C1", "林小雨", "13900000078", "a@example.com", birthday=Birthday(5, 3)))
    assert printed.count("C1") == 1
    assert not any(secret in printed for secret in ("林小雨", "139", "example", "month"))
