"""Who counts as being at the desk, and how alerts ring."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.handoff.presence import Presence, presence
from bot.handoff.ringing import Level, Ringing, hears, level, rings

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
GRACE = timedelta(seconds=60)
RINGING = Ringing(timedelta(minutes=2), timedelta(minutes=5), timedelta(minutes=10))


@pytest.mark.parametrize(
    ("label", "chosen", "seconds", "expected"),
    [
        ("a living console: what was chosen", Presence.ONLINE, 5, Presence.ONLINE),
        ("away is away", Presence.AWAY, 5, Presence.AWAY),
        ("a socket lost for a moment changes nothing", Presence.ONLINE, 60, Presence.ONLINE),
        ("lost for longer than the grace time: gone", Presence.ONLINE, 61, Presence.OFFLINE),
        ("never seen: gone", Presence.ONLINE, None, Presence.OFFLINE),
        ("who goes offline is, although the console lives", Presence.OFFLINE, 0, Presence.OFFLINE),
    ],
)
def test_presence_is_what_was_chosen_while_the_console_lives(
    label: str, chosen: Presence, seconds: int | None, expected: Presence
) -> None:
    beat = None if seconds is None else AT - timedelta(seconds=seconds)
    assert presence(chosen, beat, AT, GRACE) is expected, label


def test_an_alert_rings_again_and_again_and_how_often_depends_on_the_time_alone() -> None:
    assert [rings(RINGING, timedelta(seconds=s)) for s in (0, 119, 120, 121, 600)] == [1, 1, 2, 2, 6]


def test_it_rings_wider_and_wider_and_never_narrower() -> None:
    minutes = (0, 4, 5, 9, 10, 100)
    assert [level(RINGING, timedelta(minutes=m), Level.AGENT) for m in minutes] == [
        *(Level.AGENT, Level.AGENT, Level.TEAM, Level.TEAM, Level.SUPERVISORS, Level.SUPERVISORS)
    ]
    assert level(RINGING, timedelta(), Level.SUPERVISORS) is Level.SUPERVISORS


@pytest.mark.parametrize(
    ("label", "at_level", "given_to", "team", "teams", "supervises", "expected"),
    [
        ("mine", Level.AGENT, 7, "", (), False, True),
        ("a colleague's", Level.AGENT, 8, "", (), False, False),
        ("a colleague's, and no supervisor is woken yet", Level.AGENT, 8, "", (), True, False),
        ("a colleague who does not answer: everybody", Level.TEAM, 8, "", (), False, True),
        ("the queue: everybody", Level.TEAM, None, "", (), False, True),
        ("my team's", Level.TEAM, None, "law", ("law",), False, True),
        ("another team's", Level.TEAM, None, "law", ("sales",), False, False),
        ("another team's, and a supervisor", Level.TEAM, None, "law", (), True, False),
        ("nobody has claimed it: supervisors", Level.SUPERVISORS, None, "law", (), True, True),
        ("nobody has claimed it: agents of other teams do not", Level.SUPERVISORS, None, "law", (), False, False),
    ],
)
def test_who_hears_an_alert(
    label: str,
    at_level: Level,
    given_to: int | None,
    team: str,
    teams: tuple[str, ...],
    supervises: bool,
    expected: bool,
) -> None:
    assert hears(at_level, given_to, team, 7, teams, supervises) is expected, label
