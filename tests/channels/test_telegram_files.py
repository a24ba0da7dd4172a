"""Pictures and documents of staff go to Telegram over real HTTP; what it refuses as a picture goes as a document."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.channels.channel import Outgoing, OutgoingButton
from bot.channels.files import Files
from bot.channels.telegram import Telegram
from bot.clock import SystemClock
from bot.errors import OurFault, Stopped, Unknown
from bot.messages import Attachment
from tests.fakes import telegram_faults as faults
from tests.fakes.telegram import FakeTelegram

PICTURE = b"\x89PNG\r\n\x1a\n a picture"
NO_PICTURE = b"\x89PNG\r\n"
INVOICE = b"%PDF-1.7 an invoice"


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "attachments")


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as made:
        yield made


@pytest.fixture
async def channel(fake: FakeTelegram, files: Files) -> AsyncIterator[Telegram]:
    made = Telegram(fake.token, SystemClock(), api_url=fake.url, mode="webhook", secret="s", patience=1.5, files=files)
    await made.start(None)
    yield made
    await made.stop()


async def test_words_then_files_in_order_and_the_buttons_under_the_last(
    fake: FakeTelegram, channel: Telegram, files: Files
) -> None:
    lin = fake.customer()
    kept = (files.keep("plan.png", PICTURE), files.keep("invoice.pdf", INVOICE))
    buttons = (OutgoingButton("b:1:0", "Fine"),)
    given = await channel.send(Outgoing(str(lin.chat_id), "Here you are *", buttons, files=kept))
    assert [(h.text, h.file, h.buttons) for h in lin.heard] == [
        ("Here you are *", None, ()),
        ("", ("photo", "plan.png", PICTURE), ()),
        ("", ("document", "invoice.pdf", INVOICE), ("Fine",)),
    ]
    assert given == str(lin.heard[-1].message_id)


async def test_a_picture_alone_needs_no_words(fake: FakeTelegram, channel: Telegram, files: Files) -> None:
    lin = fake.customer()
    await channel.send(Outgoing(str(lin.chat_id), "", files=(files.keep("plan.png", PICTURE),)))
    assert [h.file for h in lin.heard] == [("photo", "plan.png", PICTURE)]


async def test_a_picture_that_is_refused_as_one_is_sent_again_as_a_document(
    fake: FakeTelegram, channel: Telegram, files: Files
) -> None:
    lin = fake.customer()
    await channel.send(Outgoing(str(lin.chat_id), "", files=(files.keep("plan.png", NO_PICTURE),)))
    assert [h.file for h in lin.heard] == [("document", "plan.png", NO_PICTURE)]


async def test_no_words_are_formatted_so_none_can_be_refused_for_it(fake: FakeTelegram, channel: Telegram) -> None:
    lin = fake.customer()
    await channel.send(Outgoing(str(lin.chat_id), "<b>*_[half](open <"))
    assert lin.heard[0].text == "<b>*_[half](open <"
    assert "parse_mode" not in fake.called("sendMessage")[0]


async def test_a_customer_who_has_blocked_us_gets_no_second_try_as_a_document(
    fake: FakeTelegram, channel: Telegram, files: Files
) -> None:
    lin = fake.customer()
    lin.refuses = "bot was blocked by the user"
    with pytest.raises(Stopped):
        await channel.send(Outgoing(str(lin.chat_id), "", files=(files.keep("plan.png", PICTURE),)))
    assert fake.called("sendDocument") == []


async def test_when_the_words_have_arrived_and_the_file_has_not_the_fate_is_unknown(
    fake: FakeTelegram, channel: Telegram, files: Files
) -> None:
    lin = fake.customer()
    fake.faults.next("sendDocument", faults.too_many(1))
    with pytest.raises(Unknown):
        await channel.send(Outgoing(str(lin.chat_id), "Look", files=(files.keep("invoice.pdf", INVOICE),)))
    assert [h.text for h in lin.heard] == ["Look"]


@pytest.mark.parametrize("ref", ["gone.png", "../../etc/passwd", ""])
async def test_a_file_that_is_not_kept_here_is_our_fault_and_nothing_is_sent(
    fake: FakeTelegram, channel: Telegram, ref: str
) -> None:
    lin = fake.customer()
    with pytest.raises(OurFault):
        await channel.send(Outgoing(str(lin.chat_id), "", files=(Attachment("photo", ref),)))
    assert lin.heard == []
