"""JSON of which a part stays: what the shop's accounts and its own learning need, without the person. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

ORDER_GONE = ("address", "phone", "tracking_number", "invoice_url")
FACTS_STAY = ("product", "wish", "paid_cents", "delivered")


def order(record: Mapping[str, Any], shop_id: str) -> dict[str, Any]:
    """An order as it is booked: number, dates, goods, amounts. Whose it is says `shop_id`, which means nobody."""
    found = {**record, **dict.fromkeys(ORDER_GONE, ""), "customer_id": shop_id}
    if "changes" in found:
        found["changes"] = [{"what": one.get("what", ""), "at": one.get("at", "")} for one in found["changes"]]
    return found


def facts(stored: Mapping[str, Any]) -> dict[str, Any]:
    """What a complaint was about, without a word of it."""
    return {name: stored[name] for name in FACTS_STAY if name in stored}


def detail(stored: Mapping[str, Any]) -> dict[str, Any]:
    """A line of a case's history without what somebody wrote."""
    return {name: value for name, value in stored.items() if name != "words"}


def moves(stored: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """New dates of a promise without the reason."""
    return [{name: one[name] for name in ("from", "to", "at") if name in one} for one in stored]


def files(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The names of the files that rows with `attachments` or `facts` refer to."""
    refs = [str(one.get("ref", "")) for row in rows for one in row.get("attachments") or ()]
    refs += [str(photo) for row in rows for photo in (row.get("facts") or {}).get("photos", ())]
    return sorted({ref for ref in refs if ref})
