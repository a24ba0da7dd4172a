"""Our words in Telegram's form: parts, keyboards, errors."""

from datetime import timedelta

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TimedOut

from bot.channels.channel import OutgoingButton
from bot.channels.telegram_api import keep_quiet
from bot.channels.telegram_write import LONGEST, keyboard, parts, seconds, sending_error
from bot.errors import OurFault, SendingError, Stopped, TryLater, Unknown

# label, text, longest, pieces
CUTS: list[tuple[str, str, int, list[str]]] = [
    ("short", "hello", 10, ["hello"]),
    ("empty", " \n ", 10, []),
    ("just fits", "x" * 10, 10, ["x" * 10]),
    ("paragraphs before lines", "aaaaa\n\nbb\ncc dd", 10, ["aaaaa", "bb\ncc dd"]),
    ("lines before words", "aaaaaa\nb ccc ddd", 10, ["aaaaaa", "b ccc ddd"]),
    ("words", "aaaa bbbb cccc", 10, ["aaaa bbbb", "cccc"]),
    ("a border just behind the end", "aaaaaaaaaa bbb", 10, ["aaaaaaaaaa", "bbb"]),
    ("Chinese after a mark", "一二三四五六。七八九十一", 10, ["一二三四五六。", "七八九十一"]),
    ("not after an opening mark", "一二三四五六，七八「九十一", 9, ["一二三四五六，", "七八「九十一"]),
    ("no border in the second half", "a bcdefghijklmno", 10, ["a bcdefghi", "jklmno"]),
    ("characters, not UTF-16 units", "😡" * 10, 10, ["😡" * 10]),
]


@pytest.mark.parametrize(("text", "longest", "pieces"), [row[1:] for row in CUTS], ids=[row[0] for row in CUTS])
def test_a_long_text_is_cut_where_it_hurts_least(text: str, longest: int, pieces: list[str]) -> None:
    assert parts(text, longest) == pieces


@settings(deadline=None)  # machines that are busy are no failure
@given(st.text(alphabet="ab 。\n", max_size=200), st.integers(1, 20))
def test_no_part_is_too_long_or_empty_and_no_word_is_lost(text: str, longest: int) -> None:
    pieces = parts(text, longest)
    assert all(1 <= len(piece) <= longest and piece == piece.strip() for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def drawn(*labels: str) -> list[list[str]]:
    markup = keyboard([OutgoingButton(f"b:{place}", label) for place, label in enumerate(labels)])
    return [[key.text for key in row] for row in markup.inline_keyboard] if markup else []


def test_short_labels_go_two_a_row_and_long_ones_alone() -> None:
    assert drawn() == []
    assert drawn("Yes", "No", "Maybe") == [["Yes", "No"], ["Maybe"]]
    assert drawn("Yes", "Something that is a lot longer", "No", "Maybe") == [
        ["Yes"], ["Something that is a lot longer"], ["No", "Maybe"],
    ]  # fmt: skip
    assert drawn("一二三四五六七八", "好") == [["一二三四五六七八", "好"]]
    assert drawn("一二三四五六七八九", "好") == [["一二三四五六七八九"], ["好"]]


def test_a_label_without_end_is_cut() -> None:
    [[label]] = drawn("word " * 40)
    assert len(label) <= 60
    assert label.endswith("…")


@pytest.mark.parametrize("payload", ["", "x" * 65, "好" * 22])
def test_a_payload_telegram_refuses_is_our_fault(payload: str) -> None:
    with pytest.raises(OurFault, match="64 bytes"):
        keyboard([OutgoingButton(payload, "Yes")])


def test_a_payload_of_64_bytes_is_welcome() -> None:
    assert keyboard([OutgoingButton("x" * 64, "Yes")]) is not None


def caused(by: Exception, error: NetworkError) -> NetworkError:
    error.__cause__ = by
    return error


# the library's error → what to do next
ERRORS: list[tuple[Exception, type[SendingError]]] = [
    (NetworkError("Too Many Requests: slow down"), TryLater),
    (caused(httpx.PoolTimeout(""), TimedOut()), TryLater),
    (caused(httpx.ConnectTimeout(""), TimedOut()), TryLater),
    (caused(httpx.ConnectError("refused"), NetworkError("httpx.ConnectError: refused")), TryLater),
    (caused(httpx.ProxyError("no"), NetworkError("httpx.ProxyError: no")), TryLater),
    (InvalidToken("Unauthorized"), TryLater),
    (Forbidden("Forbidden: bot was blocked by the user"), Stopped),
    (Forbidden("Forbidden: user is deactivated"), Stopped),
    (BadRequest("Bad Request: chat not found"), Stopped),
    (BadRequest("Bad Request: PEER_ID_INVALID"), Stopped),
    (ChatMigrated(-100), Stopped),
    (BadRequest("Bad Request: message is too long"), OurFault),
    (BadRequest("Bad Request: BUTTON_DATA_INVALID"), OurFault),
    (caused(httpx.ReadTimeout(""), TimedOut()), Unknown),
    (caused(httpx.WriteTimeout(""), TimedOut()), Unknown),
    (caused(httpx.ReadError(""), NetworkError("httpx.ReadError: ")), Unknown),
    (caused(httpx.WriteError(""), NetworkError("httpx.WriteError: ")), Unknown),
    (caused(httpx.RemoteProtocolError("x"), NetworkError("httpx.RemoteProtocolError: x")), Unknown),
    (NetworkError("Bad Gateway (502)"), Unknown),
    (NetworkError("Internal Server Error"), Unknown),
    (KeyError("result"), Unknown),
    (TimeoutError(), Unknown),
]


@pytest.mark.parametrize(("error", "kind"), ERRORS, ids=[repr(error) for error, _ in ERRORS])
def test_an_error_is_classed_by_what_to_do_next(error: Exception, kind: type[SendingError]) -> None:
    classed = sending_error(error)
    assert type(classed) is kind
    assert len(str(classed)) > 3


def test_a_rate_limit_pauses_everyone_as_long_as_telegram_says() -> None:
    keep_quiet()  # without it, merely making RetryAfter warns
    classed = sending_error(RetryAfter(timedelta(seconds=7)))
    assert isinstance(classed, TryLater)
    assert (classed.after, classed.everyone) == (7.0, True)
    assert seconds(7) == seconds(timedelta(seconds=7)) == 7.0


def test_a_refused_connection_delays_one_message_only() -> None:
    one = sending_error(caused(httpx.ConnectError(""), NetworkError("x")))
    assert isinstance(one, TryLater)
    assert not one.everyone


def test_the_token_stays_out_of_the_words() -> None:
    assert "4242:secret" not in str(sending_error(InvalidToken("The token `4242:secret` was rejected")))


def test_an_answer_of_a_whole_page_is_shortened() -> None:
    assert len(str(sending_error(NetworkError("<html>" * 500)))) <= 200


def test_every_part_of_a_real_length_fits() -> None:
    text = "\n\n".join("sentence " * 50 for _ in range(30))
    assert [len(piece) <= LONGEST for piece in parts(text)] == [True] * 4
