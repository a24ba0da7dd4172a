"""Something new instead of something faulty: offered while the rule allows it, else the rule and the ways to one."""

from bot.enquiries.enquiry import Enquiry
from bot.enquiries.ways import go, person
from bot.messages import Button, Say, Value
from bot.shop.order import Order, Permission, may_return, return_until
from bot.wish import LONGEST_KEPT, OPEN_COMPLAINT

EXCHANGE = "exchange"
"""The wish as data/policy/complaints.yml calls it."""
RETURN = "action_get_refund"


def is_wanted(e: Enquiry) -> bool:
    return EXCHANGE in (e.wish, e.arg("wish"))


def general(e: Enquiry) -> Say:
    """How one gets an exchange, for a chat whose order is not known."""
    return Say("products.exchange_general", _rule(e), (_button(e),))


def of_order(e: Enquiry, order: Order) -> Say:
    """Whether this order may be exchanged for a fault, and what there is instead. Goods are new twice only: by the
    days of data/policy/shop.yml after delivery, and when the same fault has come back after so many repairs.
    """
    rule = e.shop.policy.returns
    values: dict[str, Value] = {**_rule(e)}
    if (last := return_until(order, rule, faulty=True)) is None:
        return Say("products.exchange_person", values, (person(),))
    values["until"] = last
    if may_return(order, e.at, rule, faulty=True) is not Permission.ALLOWED:
        return Say("products.exchange_over", values, (person("products.exchange_ask_button"),))
    without_reason = may_return(order, e.at, rule) is Permission.ALLOWED
    back = (go("refunds.return_button", RETURN, order.id),) if without_reason else ()
    return Say("products.exchange_possible", values, (_button(e, order.id), *back))


def _rule(e: Enquiry) -> dict[str, Value]:
    return {"days": e.shop.policy.returns.faulty_days, "repairs": e.shop.policy.exchange_after_repairs}


def _button(e: Enquiry, order: str = "") -> Button:
    """What is wrong is heard first, by the one who may promise the exchange: the complaint."""
    args = {"intent": "complaint_product", "order": order, "text": e.text[:LONGEST_KEPT], "wish": EXCHANGE}
    return Button("products.exchange_button", OPEN_COMPLAINT, args)
