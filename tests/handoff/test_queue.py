"""How urgent, in which order, about when: the decisions of the queue."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.handoff import queue
from bot.handoff.assignment import Person, Waiting, choose, in_order
from bot.handoff.queue import Estimates, Pace, Reason, Signals
from tests.handoff.policies import desk

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
URGENCY = desk().urgency
ESTIMATES = Estimates(5, 30, (timedelta(minutes=15), timedelta(minutes=30)))
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("label", "signals", "minutes", "expected"),
    [
        ("whoever asks waits as usual", Signals(Reason.ASKED), 0, 3),
        ("danger comes first", Signals(Reason.SAFETY), 0, 1),
        ("the severity of a complaint counts where it is graver", Signals(Reason.ASKED, severity=1), 0, 1),
        ("and not where it is lighter", Signals(Reason.LEGAL, severity=4), 0, 1),
        ("a gold member is one step up", Signals(Reason.ASKED, tier="gold"), 0, 2),
        ("fury is one step up", Signals(Reason.ASKED, level=3), 0, 2),
        ("both lift no higher than the limit", Signals(Reason.ASKED, tier="gold", level=3), 0, 2),
        ("half an hour is one step up", Signals(Reason.ASKED), 30, 2),
        ("29 minutes are none", Signals(Reason.ASKED), 29, 3),
        ("no waiting lifts to where danger is", Signals(Reason.ASKED), 6000, 2),
        ("what is grave by itself stays", Signals(Reason.SAFETY, tier="gold", level=3), 6000, 1),
    ],
)
def test_priority_comes_from_reason_severity_tier_emotion_and_waiting(
    label: str, signals: Signals, minutes: int, expected: int
) -> None:
    assert queue.priority(URGENCY, signals, minutes * MINUTE) == expected, label


@given(
    st.builds(
        Signals,
        st.sampled_from(Reason),
        st.none() | st.integers(1, 4),
        st.sampled_from(["", "gold", "key", "silver"]),
        st.integers(0, 3),
    ),
    st.integers(0, 10_000),
    st.integers(0, 10_000),
)
def test_waiting_longer_never_makes_anybody_less_urgent(signals: Signals, a: int, b: int) -> None:
    short, long = sorted((a, b))
    now, later = (queue.priority(URGENCY, signals, m * MINUTE) for m in (short, long))
    assert 1 <= later <= now <= 4


@pytest.mark.parametrize(
    ("label", "pace", "minutes"),
    [
        ("nobody knows who is there: the queue and the pace", Pace(0, 12), 15),
        ("three are ahead", Pace(3, 12), 50),
        ("somebody is free", Pace(0, 12, room=1), 5),
        ("free, but for those who come first", Pace(2, 12, room=2), 15),
        ("all are busy", Pace(1, 12, room=0), 25),
        ("a fast desk is told to be fast, in fives", Pace(4, 1.5), 10),
    ],
)
def test_the_wait_told_comes_from_queue_pace_and_who_is_free(label: str, pace: Pace, minutes: int) -> None:
    assert queue.wait(pace, ESTIMATES) == minutes * MINUTE, label


def test_with_nobody_at_the_desk_the_wait_told_is_longer() -> None:
    assert queue.wait_for_nobody(Pace(0, 12, 0), ESTIMATES) == 45 * MINUTE


@pytest.mark.parametrize(
    ("label", "told", "times", "after", "expected"),
    [
        ("before the estimate there is nothing to tell", None, 0, 0, False),
        ("past it the truth is told", None, 0, 1, True),
        ("not again at once", 1, 1, 10, False),
        ("again after the first pause", 1, 1, 16, True),
        ("the second pause is longer", 1, 2, 16, False),
        ("and the last one repeats", 1, 7, 31, True),
    ],
)
def test_a_late_estimate_is_told_more_than_once_with_growing_pauses(
    label: str, told: int | None, times: int, after: int, expected: bool
) -> None:
    told_at = AT + told * MINUTE if told is not None else None
    assert queue.is_late(AT, told_at, times, ESTIMATES.again, AT + after * MINUTE) is expected, label


def waits(entry: int, priority: int = 3, minutes: int = 0, **more: object) -> Waiting:
    return Waiting(entry, entry, priority, AT + minutes * MINUTE, **more)  # type: ignore[arg-type]


def test_the_most_urgent_come_first_and_within_a_priority_first_come() -> None:
    queue_now = [waits(1, 3, 5), waits(2, 1, 9), waits(3, 3, 1), waits(4, 2, 0), waits(5, 3, 1)]
    assert [w.entry for w in in_order(queue_now, AT)] == [2, 4, 3, 5, 1]


def test_a_chosen_time_is_not_served_before_it_comes() -> None:
    later = waits(1, 1, not_before=AT + MINUTE)
    assert in_order([later], AT) == []
    assert in_order([later], AT + MINUTE) == [later]


def chosen(queue_now: list[Waiting], *people: Person, at: datetime = AT) -> tuple[int, int] | None:
    found = choose(queue_now, people, at, 10 * MINUTE)
    return (found[0].entry, found[1].id) if found else None


def test_who_has_the_most_room_gets_it_and_then_who_has_waited_longest_for_work() -> None:
    assert chosen([waits(1)], Person(1, 1), Person(2, 3)) == (1, 2)
    assert chosen([waits(1)], Person(1, 2, last_given_at=AT), Person(2, 2, last_given_at=AT - MINUTE)) == (1, 2)
    assert chosen([waits(1)], Person(1, 0)) is None


def test_a_person_is_given_their_languages_and_teams_until_it_has_waited_too_long() -> None:
    english = waits(1, language="en")
    lawyers = waits(2, team="law")
    chinese_only = Person(1, 1, languages=("zh",))
    assert chosen([english], chinese_only) is None
    assert chosen([english, waits(3, minutes=5)], chinese_only) == (3, 1), "who can be served is not held up"
    assert chosen([lawyers], chinese_only) is None
    assert chosen([lawyers], Person(2, 1, teams=("law",))) == (2, 2)
    assert chosen([english], chinese_only, at=AT + 10 * MINUTE) == (1, 1), "anybody is better than nobody"


@given(
    st.lists(st.tuples(st.integers(1, 4), st.integers(0, 50), st.sampled_from(["", "zh", "en"])), max_size=30),
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from([(), ("zh",), ("en",), ("zh", "en")])), max_size=4),
)
def test_nobody_who_could_be_served_is_passed_over(
    rows: list[tuple[int, int, str]], people: list[tuple[int, tuple[str, ...]]]
) -> None:
    queue_now = [waits(i, p, -m, language=lang) for i, (p, m, lang) in enumerate(rows)]
    staff = [Person(i, room, languages) for i, (room, languages) in enumerate(people)]
    found = choose(queue_now, staff, AT, 1000 * MINUTE)
    for earlier in in_order(queue_now, AT):
        able = [
            p for p in staff if p.room and (not earlier.language or not p.languages or earlier.language in p.languages)
        ]
        if able:
            assert found is not None
            assert found[0] == earlier
            assert found[1] in able
            return
    assert found is None
