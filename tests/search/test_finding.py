"""What people at the desk find, on both databases."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.conversations.tables import Conversation
from bot.customers.tables import Customer
from bot.errors import NotAllowed
from bot.handoff.tables import Note
from bot.messages import Author, Kind
from bot.search import service
from bot.search.query import parse
from bot.search.snippet import pieces
from bot.search.tables import Source
from bot.staff.account import May, Me, Role, needed
from tests.search.conftest import FORM, Desk, marked, shown

NASTY = [
    "",
    " ",
    "'",
    '"',
    '"退款',
    '退款" OR "',
    "a AND b OR NOT c NEAR(d e)",
    "-- ; DROP TABLE customer",
    "terms:退款",
    "^ * : { } [ ] ( ) < > & | ! \\ / % _ ~ ` @ # $",
    "😀👩‍👩‍👧",
    "\x00\ud800\uffff",
    "'a':*",
    "退" * 10_000,
    "a" * 10_000,
    "a " * 5_000,
    "\u0e20\u0e32\u0e29\u0e32 हिन्दी العربية 한국어",
]


async def test_both_sides_are_found_the_newest_first(desk: Desk):
    chat = await desk.chat("Emma")
    await desk.hears(chat, "退款多久到账", "谢谢")
    await desk.says(chat, "退款三天内到账")
    await desk.says(chat, "您的退款已办", by="Anna")
    await desk.indexes()
    found = (await desk.finds("退款")).lines
    assert [shown(line) for line in found] == ["您的退款已办", "退款三天内到账", "退款多久到账"]
    assert [(line.author, line.by) for line in found] == [
        (Author.STAFF, "Anna"),
        (Author.BOT, ""),
        (Author.CUSTOMER, ""),
    ]
    assert {(line.conversation_id, line.chat, line.channel) for line in found} == {(chat, "Emma", "web")}
    assert [marked(line) for line in found] == [["退款"]] * 3


async def test_either_script_finds_the_other(desk: Desk):
    await desk.hears(await desk.chat(), "我要退貨", "我要退货")
    await desk.indexes()
    assert await desk.lines("退货") == await desk.lines("退貨") == ["我要退货", "我要退貨"]


async def test_one_character_finds_every_word_with_it(desk: Desk):
    await desk.hears(await desk.chat(), "要退", "退款", "退", "没有")
    await desk.indexes()
    assert await desk.lines("退") == ["退", "退款", "要退"]


async def test_english_is_found_by_beginnings_and_whatever_the_ending(desk: Desk):
    await desk.hears(await desk.chat(), "It was Refunded", "no refunds?", "a fund")
    await desk.indexes()
    assert await desk.lines("REFUND") == ["no refunds?", "It was Refunded"]
    assert await desk.lines("refu") == ["no refunds?", "It was Refunded"]


async def test_every_word_must_be_there(desk: Desk):
    await desk.hears(await desk.chat(), "冰箱坏了要退款", "退款", "冰箱 fridge")
    await desk.indexes()
    assert await desk.lines("退款 冰箱") == ["冰箱坏了要退款"]
    assert await desk.lines("冰箱退款") == []


async def test_words_that_were_never_sent_are_not_found(desk: Desk):
    chat = await desk.chat()
    await desk.says(chat, "退款 unsent", sent=False)
    await desk.says(chat, "退款 sent")
    await desk.indexes()
    assert await desk.lines("退款") == ["退款 sent"]


async def test_buttons_and_blocks_without_words_are_passed(desk: Desk):
    chat = await desk.chat()
    await desk.add(desk.heard_row(chat, "", Kind.BUTTON))
    await desk.add(desk.heard_row(chat, "退款", Kind.OTHER))
    await desk.hears(chat, "退款!")
    await desk.indexes()
    assert await desk.lines("退款") == ["退款!"]


async def test_an_order_number_is_found_however_it_is_typed_and_stands_first(desk: Desk):
    lin = await desk.customer("c-1", "林小雨")
    await desk.order(lin, "LJ20261110-0001")
    await desk.order(lin, "LJ20261110-0002")
    chat = await desk.chat("Lin", lin)
    await desk.hears(chat, "LJ20261110-0001 到哪了")
    await desk.indexes()
    for typed in ("LJ20261110-0001", "lj 20261110 0001", " lj20261110-0001 "):
        first = (await desk.finds(typed)).names[0]
        assert (first.source, shown(first), first.exact) == (Source.ORDER, "LJ20261110-0001", True)
        assert (first.detail, first.customer_id, first.conversation_id) == ("林小雨", lin, chat)
    assert await desk.lines("LJ20261110-0001") == ["LJ20261110-0001 到哪了"]
    assert await desk.names("LJ20261110") == ["LJ20261110-0002", "LJ20261110-0001"]
    assert await desk.names("0002") == ["LJ20261110-0002"]


async def test_a_phone_number_an_account_and_a_name_find_the_customer(desk: Desk):
    await desk.customer("c-77", "Emma Clarke", "13900001111", "emma@example.com")
    await desk.customer("c-78", "13900001111 Ltd", "13900002222")
    await desk.indexes()
    for typed in ("13900001111", "+86 139-0000-1111", "139 0000 1111"):
        assert (await desk.names(typed))[0] == "Emma Clarke · 13900001111 · emma@example.com"
    [found] = (await desk.finds("c-77")).names
    assert (found.detail, found.exact) == ("c-77", True)
    assert await desk.names("clark") == ["Emma Clarke · 13900001111 · emma@example.com"]
    assert await desk.names("emma@example.com") == ["Emma Clarke · 13900001111 · emma@example.com"]


async def test_a_customer_is_found_at_once_by_what_is_exact(desk: Desk):
    """Without waiting for the index."""
    await desk.customer("c-1", "林小雨", "13900001111")
    assert await desk.names("13900001111") == ["林小雨 · 13900001111"]


async def test_a_new_name_replaces_the_old_one(desk: Desk):
    chat = await desk.chat("Emma")
    lin = await desk.customer("c-1", "林小雨")
    await desk.indexes()
    async with desk.db.write() as session:
        (await session.get_one(Customer, lin)).name = "王大明"
        (await session.get_one(Conversation, chat)).name = "Clara"
    assert await desk.indexer.sweep() == 2
    assert await desk.indexer.sweep() == 0
    assert (await desk.names("林小雨"), await desk.names("Emma")) == ([], [])
    assert (await desk.names("王大明"), await desk.names("clara")) == (["王大明"], ["Clara"])


async def test_a_chat_that_writes_is_found_by_its_new_name_at_once(desk: Desk):
    chat = await desk.chat("")
    await desk.indexes()
    async with desk.db.write() as session:
        (await session.get_one(Conversation, chat)).name = "Clara"
    await desk.hears(chat, "hello")
    await desk.indexes()
    assert await desk.names("clara") == ["Clara"]


async def test_results_come_in_pages_without_a_gap_or_a_double(desk: Desk):
    chat = await desk.chat()
    await desk.hears(chat, *(f"退款 {n}" for n in range(45)))
    for n in range(70):
        await desk.says(chat, f"退款 unsent {n}", sent=False)
    await desk.hears(chat, *(f"退款 {n}" for n in range(45, 50)))
    await desk.indexes()
    seen, more = [], None
    for _ in range(20):
        page = await desk.finds("退款", before=more)
        assert len(page.lines) <= service.PAGE
        seen += [shown(line) for line in page.lines]
        if (more := page.more) is None:
            break
    assert seen == [f"退款 {n}" for n in reversed(range(50))]


async def test_names_stand_on_the_first_page_only(desk: Desk):
    await desk.customer("c-1", "退款")
    await desk.hears(await desk.chat(), *(f"退款 {n}" for n in range(25)))
    await desk.indexes()
    first = await desk.finds("退款")
    assert [shown(name) for name in first.names] == ["退款"]
    assert (await desk.finds("退款", before=first.more)).names == ()


async def test_nothing_that_is_typed_is_an_error(desk: Desk):
    await desk.hears(await desk.chat(), "退款")
    await desk.indexes()
    for typed in NASTY:
        assert (await desk.finds(typed)).more is None


def test_only_who_may_answer_may_search():
    assert needed(service.find) is May.ANSWER
    marketer = Me(2, "Max", "max", Role.MARKETER)
    with pytest.raises(NotAllowed):
        service.find(None, marketer, "退款", FORM)  # type: ignore[arg-type]


TEXTS = st.text(alphabet="退款货貨久 abs12-", max_size=12)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TEXTS, min_size=1, max_size=6), st.lists(TEXTS, min_size=1, max_size=8))
async def test_both_databases_mean_the_same_by_a_search(desk: Desk, texts: list[str], typed: list[str]):
    """What the index finds is what the phrases mark in the text itself."""
    chat = await desk.chat()
    kept = [text for text in texts if text]
    await desk.hears(chat, *kept)
    await desk.indexes()
    for words in typed:
        query = parse(words)
        expected = [
            text
            for text in kept
            if query.phrases
            and all(any(p.hit for p in pieces(text, type(query)((phrase,)))) for phrase in query.phrases)
        ]
        found = [line for line in (await desk.finds(words, limit=1000)).lines if line.conversation_id == chat]
        assert sorted(shown(line) for line in found) == sorted(expected), words


async def test_private_notes_are_found_and_told_as_such(desk: Desk):
    chat = await desk.chat("Emma")
    await desk.add(Note(conversation_id=chat, staff_id=1, name="Ben", text="退款 already promised", seq=0, at=desk.at))
    await desk.indexes()
    [found] = (await desk.finds("退款")).lines
    assert (found.source, found.author, found.by, shown(found)) == (Source.NOTE, None, "Ben", "退款 already promised")
