"""The second wish of a message: it is offered when the first has been answered, and waits while the bot asks back."""

from bot.conversations.tables import BOT
from bot.enquiries.guess import GUESSABLE
from bot.enquiries.question import open_question
from bot.inbox.turn import Turn
from bot.messages import Say
from bot.shop.order_number import find_numbers
from bot.wish import Wish, offered, read

NOT_UNDERSTOOD = "action_continue"
ALSO = "also"
"""Where it waits, beside the open question of `Conversation.pending`."""


def second(turn: Turn) -> Wish | None:
    """What the customer wants besides, in words of their own; None for nothing that can be offered."""
    decision = turn.heard.decision
    if decision is None or decision.second is None or decision.second.intent not in GUESSABLE:
        return None
    numbers = find_numbers(turn.heard.text, turn.data.shop.number)
    order = numbers[0] if len(numbers) == 1 else ""
    return Wish(decision.second.intent, decision.second.text or turn.heard.text, order)


def waiting(turn: Turn) -> Wish | None:
    """The wish that waits for the answer to the open question."""
    pending = turn.conversation.pending
    return read(pending.get(ALSO)) if pending and open_question(pending, turn.at) is not None else None


def add(turn: Turn, action: str, says: list[Say], waited: Wish | None) -> list[Say]:
    """The answer of an enquiry with the second wish under it; `waited` is the one that waited before.

    Not beside "I did not understand", in a complaint, or when a person takes over. While the bot has a question open
    it waits, so that nobody is asked two things at once.
    """
    conversation, wish = turn.conversation, second(turn) or waited
    if wish is None or wish.action == action or conversation.owner != BOT or conversation.case_id is not None:
        return says
    if conversation.pending:
        conversation.pending = {**conversation.pending, ALSO: wish.stored()}
        return says
    is_asked_what = action == NOT_UNDERSTOOD and conversation.misunderstood > 0
    return says if is_asked_what else offered(says, wish)
