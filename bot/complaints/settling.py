"""The last stages: a choice of solutions, the promise, and whether it really is solved. Pure."""

from dataclasses import replace

from bot.complaints.complaint import Event
from bot.complaints.dialogue import Asking, Heard, Move, Then, View, button
from bot.complaints.listening import fall_back
from bot.complaints.policy import Hint
from bot.handoff.queue import Reason

CHASING = frozenset({"case_status", "track_order", "track_refund", "complaint_promise", "complaint_delivery"})
"""Intents that mean "and, is it done?" once a promise is given."""


def resolve(view: View, heard: Heard) -> Move:
    """The answer to two options and "something else"."""
    move = Move.none(view)
    accepted = _accepted(view, heard)
    if accepted in view.to_approve:
        move = replace(move.ask(None), facts=replace(view.facts, wish=accepted))
        return move.say("beyond_my_authority").person(Reason.AUTHORITY)
    if accepted is not None:
        return replace(move.step(Event.ACCEPTED, view.level, accepted).ask(None), then=Then.COMMIT, option=accepted)
    if view.memory.asking == Asking.WISH:
        return _another_wish(view, heard, move)
    if _rejects(view, heard):
        return _rejected(view, heard, move)
    unclear = view.memory.unclear + 1
    if unclear >= 2:
        return move.person(Reason.NOT_UNDERSTOOD)
    return replace(move.remember(unclear=unclear).say("which_option"), then=Then.OFFER)


def _accepted(view: View, heard: Heard) -> str | None:
    """The remedy that was chosen, by button, by number or by name; a bare yes only when there is one to say yes to."""
    if heard.choice in view.options:
        return heard.choice
    if Hint.SOMETHING_ELSE in heard.hints or heard.says_no:
        return None
    if heard.wish in view.options:
        return heard.wish
    for hint, place in ((Hint.FIRST, 0), (Hint.SECOND, 1)):
        if hint in heard.hints and place < len(view.options):
            return view.options[place]
    digit = {"1": 0, "2": 1, "a": 0, "b": 1}.get(heard.text.strip().casefold())
    if digit is not None and digit < len(view.options):
        return view.options[digit]
    return view.options[0] if heard.says_yes and len(view.options) == 1 else None


def _rejects(view: View, heard: Heard) -> bool:
    other = heard.wish is not None and heard.wish not in view.options
    return heard.says_no or heard.choice == "other" or Hint.SOMETHING_ELSE in heard.hints or other


def _rejected(view: View, heard: Heard, move: Move) -> Move:
    """The first time: what would put it right? The second time a person, who may do more."""
    rejections = view.memory.rejections + 1
    move = move.step(Event.REJECTED, view.level, ", ".join(view.options))
    move = move.remember(rejections=rejections, rejected=(*view.memory.rejected, *view.options), unclear=0)
    if rejections >= view.policy.limits.rejections:
        return move.person(Reason.OFFERS_REJECTED)
    if heard.wish is not None and heard.wish not in view.options:
        return replace(move.ask(None), then=Then.OFFER)
    return move.say("ask_wish_after_rejection").ask(Asking.WISH)


def _another_wish(view: View, heard: Heard, move: Move) -> Move:
    """The wish after a rejection: one new option if the policy has it, a person if not."""
    if heard.wish is None and heard.choice not in view.policy.wishes:
        return move.person(Reason.OFFERS_REJECTED)
    return replace(move.ask(None), then=Then.OFFER)


def commit(view: View, heard: Heard) -> Move:
    """While a promise is open: say where it stands; never let the customer chase twice."""
    move = Move.none(view)
    chases = Hint.NOT_YET in heard.hints or heard.intent in CHASING
    if not chases:
        return (
            replace(move, then=Then.STATUS)
            if heard.text and heard.intent not in ("thank", "affirm", "praise", "goodbye")
            else move.say("noted")
        )
    chased = view.memory.chased + 1
    move = replace(move.remember(chased=chased), then=Then.STATUS)
    return move.person(Reason.CHASED) if chased >= view.policy.limits.chasing or view.is_late else move


def restore(view: View, heard: Heard) -> Move:
    """The customer decides whether it is solved; silence is not a yes."""
    move = Move.none(view)
    bad = heard.choice in ("no", "partly") or heard.says_no or heard.hints & {Hint.NOT_SOLVED, Hint.PARTLY}
    if bad:
        return not_solved(view, heard)
    good = heard.choice == "solved" or heard.says_yes or Hint.SOLVED in heard.hints
    if good or heard.intent in ("thank", "praise"):
        return replace(move.step(Event.SOLVED, view.level).ask(None), then=Then.GOODWILL)
    return ask_solved(move.say("is_it_solved_first") if heard.text else move)


def ask_solved(move: Move) -> Move:
    buttons = tuple(button(f"button_{v}", v, Asking.SOLVED) for v in ("solved", "partly", "no"))
    return move.say("is_it_solved", buttons).ask(Asking.SOLVED)


def not_solved(view: View, heard: Heard) -> Move:
    """It failed: own it, and after the second time a person does it."""
    if view.failure_count + 1 >= view.policy.limits.failures:
        move = Move.none(view).step(Event.NOT_SOLVED, view.level)
        return move.say("acknowledge_failed_again").person(Reason.FAILED_TWICE)
    return fall_back(view, heard, Event.NOT_SOLVED, "acknowledge_not_solved")


def withdraw(view: View, heard: Heard) -> Move | None:
    """ "Never mind" may be peace or despair: it is asked, not assumed. None when it is not about that."""
    move = Move.none(view)
    before = view.memory.asking_before
    if view.memory.asking == Asking.WITHDRAW:
        if heard.choice == "close" or Hint.CLOSE_IT in heard.hints:
            return move.step(Event.WITHDRAWN, view.level).ask(None).say("withdrawn", number=view.number)
        if heard.choice == "keep" or Hint.KEEP_ON in heard.hints or heard.says_yes:
            move = move.remember(asking=before, asking_before=None).say("going_on")
            return move.say(f"back_to_{before}") if before and before != Asking.STORY else move
        # A bare "no" may mean either: no end without a word for it.
        return _ask_withdraw(move) if heard.says_no else None
    if Hint.NEVER_MIND in heard.hints and not heard.choice:
        return _ask_withdraw(move.remember(asking_before=view.memory.asking))
    return None


def _ask_withdraw(move: Move) -> Move:
    buttons = (button("button_keep_open", "keep", Asking.WITHDRAW), button("button_close", "close", Asking.WITHDRAW))
    return move.say("sure_to_withdraw", buttons).ask(Asking.WITHDRAW)
