"""The third stage: the facts and the wish. Only what is missing, one question a turn, then confirmed. Pure."""

from dataclasses import replace

from bot.complaints.complaint import Event
from bot.complaints.dialogue import Asking, Facts, Heard, Memory, Move, Then, View, button, is_due
from bot.complaints.policy import Fact, Hint
from bot.handoff.queue import Reason
from bot.messages import Button, Text, Value
from bot.shop.order import Order, OrderState

ORDER_BUTTONS = 4
FEW = 20
"""Characters of a "no" that tells nothing else."""


def begin(view: View, move: Move, preface: str = "") -> Move:
    """Enter the stage: the first question, or the summary when everything is known."""
    if preface:
        move = move.say(preface)
    return _go_on(view, move)


def clarify(view: View, heard: Heard) -> Move:
    """An answer to a question about the facts (they are in the view already), or to the summary."""
    move = Move.none(view)
    match view.memory.asking:
        case Asking.SUMMARY:
            return _after_summary(view, heard, move)
        case Asking.CORRECTION:
            return _summary(view, move)
        case Asking.PHOTO if _promises_a_photo(view, heard):
            none = button("button_no_photo", "none", Asking.PHOTO)
            return move.remember(asked={**view.memory.asked, Fact.PHOTO: 2}).say("photo_awaited", (none,))
    if Hint.NOTHING_MORE in heard.hints and not move.memory.asked.get(Fact.PHOTO):
        move = move.remember(asked={**move.memory.asked, Fact.PHOTO: 1})  # said before it was asked for
    if Hint.ALREADY_TOLD in heard.hints:
        move = move.say("sorry_already_told")
        told = {**view.memory.asked, Fact.WHAT: 2}
        return _go_on(view, move.remember(asked=told))
    return _go_on(view, move, tried=bool(heard.order or heard.link_failed))


def _promises_a_photo(view: View, heard: Heard) -> bool:
    """A yes to "send a photo?", the first time; "I already told you" is none, however much it sounds like one."""
    return heard.says_yes and Hint.ALREADY_TOLD not in heard.hints and view.memory.asked.get(Fact.PHOTO) == 1


def _go_on(view: View, move: Move, tried: bool = False) -> Move:
    """The next question; a person when the same one has been asked too often, the summary when none is left.

    `tried`: an order was named in this turn, and did not fit.
    """
    needs = view.policy.needs[view.kind]
    missing = next((f for f in needs.facts if is_due(f, view, move.facts, move.memory)), None)
    if missing is None:
        return _summary(view, move)
    limits = view.policy.limits
    asked = move.memory.asked.get(missing, 0)
    if asked >= limits.tries_per_fact + (missing is Fact.ORDER) or move.memory.questions >= limits.questions + 1:
        return move.person(Reason.FACTS_MISSING)
    move = move.remember(asked={**move.memory.asked, missing: asked + 1}, questions=move.memory.questions + 1)
    return _question(view, move, missing, asked > 0, tried)


def _question(view: View, move: Move, fact: Fact, again: bool, tried: bool) -> Move:
    suffix = "_again" if again else ""
    match fact:
        case Fact.WHAT:
            return move.say(f"ask_what{suffix}").ask(Asking.WHAT)
        case Fact.ORDER:
            return _ask_order(view, move, again, tried)
        case Fact.PHOTO:
            none = button("button_no_photo", "none", Asking.PHOTO)
            return move.say("ask_photo", (none,)).ask(Asking.PHOTO)
        case Fact.WISH:
            wishes = view.policy.needs[view.kind].wishes
            buttons = tuple(button(f"button_wish_{w}", w, Asking.WISH) for w in wishes)
            return move.say(f"ask_wish{suffix}", buttons).ask(Asking.WISH)


def _ask_order(view: View, move: Move, again: bool, tried: bool) -> Move:
    """Linked: choose from one's own orders. Not linked: number and phone, because nothing is shown to a stranger."""
    if view.is_linked and view.orders:
        buttons = tuple(_order_button(o) for o in view.orders[:ORDER_BUTTONS])
        return move.say("ask_which_order_again" if again and tried else "ask_which_order", buttons).ask(Asking.ORDER)
    if move.facts.order:
        return move.say("ask_phone", number=move.facts.order).ask(Asking.PHONE)
    line = "ask_order_again" if again and tried else "ask_order_needed" if again else "ask_order"
    return move.say(line).ask(Asking.ORDER)


def _order_button(order: Order) -> Button:
    first = order.items[0].name if order.items else Text("complaints.an_order")
    return button("button_order", order.id, Asking.ORDER, number=order.id, product=first)


def _summary(view: View, move: Move) -> Move:
    """Restate what was understood, with the case's number, and have it confirmed."""
    buttons = (button("button_summary_yes", "yes", Asking.SUMMARY), button("button_summary_no", "no", Asking.SUMMARY))
    return move.say("summary", buttons, number=view.number, points=points(view, move.facts)).ask(Asking.SUMMARY)


def points(view: View, facts: Facts) -> tuple[Value, ...]:
    """The facts as a list in the customer's language, the customer's own words first."""
    lines: list[Value] = [Text(f"complaints.point_kind_{view.kind}")]
    if facts.told:
        lines.append(Text("complaints.point_told", {"words": _shortened(facts.told)}))
    if facts.order:
        lines.append(Text("complaints.point_order", {"number": facts.order}))
    if facts.photos:
        lines.append(Text("complaints.point_photos", {"count": len(facts.photos)}))
    if facts.wish:
        lines.append(Text("complaints.point_wish", {"wish": Text(f"complaints.wish_{facts.wish}")}))
    return tuple(lines)


def _shortened(told: tuple[str, ...]) -> str:
    words = " / ".join(" ".join(t.split()) for t in told if t.strip())
    return words if len(words) <= 120 else words[:119] + "…"


def _after_summary(view: View, heard: Heard, move: Move) -> Move:
    if heard.says_yes:
        return replace(move.step(Event.FACTS_AGREED, view.level).ask(None), then=Then.OFFER)
    if heard.wish or heard.order or heard.photos:
        return _summary(view, move)  # the correction is in it already
    denials = view.memory.denials + 1
    move = move.remember(denials=denials)
    if denials >= view.policy.limits.summary_denials:
        return move.person(Reason.FACTS_DISPUTED)
    if heard.says_no and len(heard.text) < 12:
        return move.say("ask_correction").ask(Asking.CORRECTION)
    return _summary(view, move.say("summary_unclear"))


def keep(facts: Facts, heard: Heard, memory: Memory, orders: tuple[Order, ...], is_linked: bool) -> Facts:
    """Take up what was said. A later word corrects an earlier one; nothing is dropped."""
    told = facts.told
    telling = heard.grievance or memory.asking in (Asking.STORY, Asking.WHAT, Asking.CORRECTION, None)
    only_a_number = heard.order is not None and heard.grievance is None
    asks = Hint.WHAT_WILL_YOU_DO in heard.hints
    only_yes_or_no = heard.says_yes or (heard.says_no and not heard.grievance and len(heard.text) <= FEW)
    if heard.text.strip() and telling and not (asks or only_a_number or only_yes_or_no):
        told = (*told, heard.text.strip()[:500])
    facts = replace(facts, told=told, photos=(*facts.photos, *heard.photos), wish=_wish(heard, memory) or facts.wish)
    if heard.products:
        one = heard.products[0] if len(heard.products) == 1 else None
        facts = replace(facts, products=heard.products, product_words=heard.product_words, product=one)
    return _order(facts, heard, memory, orders, is_linked)


def _wish(heard: Heard, memory: Memory) -> str | None:
    if heard.choice and memory.asking == Asking.WISH:
        return heard.choice
    return heard.wish


def _order(facts: Facts, heard: Heard, memory: Memory, orders: tuple[Order, ...], is_linked: bool) -> Facts:
    number = heard.choice if heard.choice and memory.asking == Asking.ORDER else heard.order
    number = number or facts.order
    if heard.link_failed:
        number = None  # number and phone did not fit: neither of them is believed
    if number is None and is_linked:
        number = likely(facts, orders)
    mine = next((o for o in orders if o.id == number), None)
    if mine is None:
        # A linked customer's unknown (or somebody else's) number is treated alike: asked for again.
        return replace(facts, order=None if is_linked else number, verified=False)
    bought = [i.product_id for i in mine.items]
    meant = [p for p in bought if p in facts.products] or bought
    product = facts.product or (meant[0] if len(meant) == 1 else None)
    return replace(
        facts,
        order=mine.id,
        verified=True,
        paid_cents=mine.total_cents,
        product=product,
        delivered=mine.state is OrderState.DELIVERED,
    )


def likely(facts: Facts, orders: tuple[Order, ...]) -> str | None:
    """The order that is meant when only one can be: the one with the product named, or the only one."""
    with_product = [o for o in orders if any(i.product_id in facts.products for i in o.items)]
    candidates = with_product or list(orders)
    return candidates[0].id if len(candidates) == 1 else None
