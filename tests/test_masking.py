"""Nothing personal reaches a log, and what is not personal stays readable."""

from datetime import UTC, datetime

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from bot.masking import mask, mask_personal


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("call 13812345678 now", "call •••78 now"),
        ("电话13812345678。", "电话•••78。"),
        ("电话+86 138 1234 5678谢谢", "电话•••78谢谢"),
        ("+44 20 7946 0958", "•••58"),
        ("(020) 7946-0958", "•••58"),
        ("010-62345678", "•••78"),
        ("１３８１２３４５６７８", "•••７８"),
        ("13812345678,13912345679", "•••78,•••79"),
        ("lin.xiao+a@example.com.cn", "l•••@example.com.cn"),
        ("邮箱lin@example.com谢谢", "邮箱l•••@example.com谢谢"),
        ("order LJ20261124-0017", "order LJ20•••017"),
        ("订单LJ202611240017", "订单LJ20•••017"),
        ("card 6222 0212 3456 7890 123", "card •••23"),
        ("id 11010519491231002X", "id •••2X"),
        ("chat=123456789", "chat=•••89"),
        (
            "https://api.telegram.org/bot123456789:AAF-abcdefghijklmnopqrstuvwx_yz0/getMe",
            "https://api.telegram.org/•••/getMe",
        ),
        ("Authorization: Bearer abc.def-123456", "Authorization: Bearer •••"),
        ("postgresql://user:secret@host/db", "postgresql://•••@host/db"),
    ],
)
def test_what_is_personal_is_shortened(text, masked):
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-24T10:00:00.123456Z",
        "2026-11-24 10:00",
        "6f1c2d3e-1234-4abc-9def-0123456789ab",
        "took 12.3456789 s",
        "case 1024, 3 of 10",
        "version 3.6.21",
        "C-1024",
        "¥599.00, 12,599.00",
        "192.168.1.100:8080",
        "12-34",
        "open 09:00-12:00, 13:00-18:00",
        "请问洗衣机多少钱？",
        "",
        "http://127.0.0.1:8080/chat",
    ],
)
def test_what_is_not_personal_stays(text):
    assert mask(text) == text


@given(st.text())
def test_masking_twice_changes_nothing_more(text):
    assert mask(mask(text)) == mask(text)


AROUND = st.text(alphabet=st.characters(categories=("L", "P", "Zs"), include_characters="\n"), max_size=20)
PHONES = st.from_regex(r"(\+86 ?|0)?1[3-9][0-9]{9}|\+44 20 [0-9]{4} [0-9]{4}|0[0-9]{2}-[0-9]{8}", fullmatch=True)


@given(AROUND, PHONES, AROUND)
def test_no_phone_number_survives_in_any_surroundings(before, phone, after):
    digits = "".join(c for c in phone if c.isdigit())
    left = "".join(c for c in mask(before + phone + after) if c in "0123456789")
    assert len(left) <= 7, left  # what an order number may show, less than any phone number
    assert digits not in left


@given(AROUND, st.from_regex(r"[a-z]{3,8}[._]?[a-z0-9]{1,8}@[a-z]{2,8}\.(com|cn|co\.uk)", fullmatch=True))
def test_no_address_survives(before, email):
    assert email.partition("@")[0] + "@" not in mask(before + email)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text() | st.binary(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_the_processor_takes_anything(value):
    assert set(mask_personal(None, "info", {"event": "x", "value": value})) == {"event", "value"}


def test_every_value_of_a_line_is_masked_however_deep():
    line = {
        "event": "code for 13812345678",
        "chat": 123456789,
        "turn": 17,
        "share": 0.25,
        "ok": True,
        "none": None,
        "customer": {"phone": "13812345678", "mails": ["lin@example.com", ("x@example.com",)]},
        "error": ValueError("no order LJ20261124-0017"),
        "at": datetime(2026, 11, 24, 10, 0, tzinfo=UTC),
        "timestamp": "2026-11-24T10:00:00.000001Z",
        "lineno": 12345678,
    }
    assert mask_personal(None, "info", line) == {
        "event": "code for •••78",
        "chat": "•••89",
        "turn": 17,
        "share": 0.25,
        "ok": True,
        "none": None,
        "customer": {"phone": "•••78", "mails": ["l•••@example.com", ["x•••@example.com"]]},
        "error": "no order LJ20•••017",
        "at": "2026-11-24 10:00:00+00:00",
        "timestamp": "2026-11-24T10:00:00.000001Z",
        "lineno": 12345678,
    }


def test_in_a_chain_of_processors_the_trace_is_masked_too(capsys):
    log = structlog.wrap_logger(
        structlog.PrintLogger(),
        processors=[
            structlog.processors.format_exc_info,
            mask_personal,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
    try:
        raise ValueError("cannot reach 13812345678")
    except ValueError:
        log.exception("failed for lin@example.com")
    written = capsys.readouterr().out
    assert "cannot reach •••78" in written
    assert "l•••@example.com" in written
    assert "13812345678" not in written
