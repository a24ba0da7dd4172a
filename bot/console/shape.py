"""What the pages of the desk are given: values as the browser takes them, money and names in the person's language."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from bot import formats
from bot.console.words import Words
from bot.content import Texts, UnknownText, render
from bot.desk.brief import Brief
from bot.desk.listing import Row
from bot.desk.marks import Mark
from bot.desk.panel import Panel
from bot.desk.thread import Line
from bot.handoff.alerts import Alert
from bot.handoff.seats import Colleague, Viewer
from bot.messages import Money, Say
from bot.shop.order import Order, RefundState
from bot.shop.policy import ShopPolicy


class Shape:
    """Writes values for one person: in the language of `words`, with the shop's own names of things."""

    def __init__(self, words: Words, texts: Texts, shop: ShopPolicy) -> None:
        self._words, self._texts, self._shop = words, texts, shop

    def row(self, row: Row) -> dict[str, Any]:
        entry, complaint = row.entry, row.complaint
        return {
            "id": row.id,
            "name": row.name,
            "channel": row.channel,
            "language": row.language,
            "owner": row.owner,
            "owner_name": row.owner_name,
            "fence": row.fence,
            "seq": row.seq,
            "last": _time(row.last_inbound_at),
            "waiting": _time(row.waiting_since),
            "unreachable": row.is_unreachable,
            "reason": entry.reason.value if entry else "",
            "priority": entry.priority if entry else 0,
            "opened": _time(entry.opened_at) if entry else None,
            "expected": _time(entry.expected_at) if entry else None,
            "team": entry.team if entry else "",
            "given": bool(entry and entry.given),
            "case": complaint.id if complaint else 0,
            "kind": complaint.kind.value if complaint else "",
            "stage": complaint.stage.value if complaint else "",
            "level": complaint.level if complaint else 0,
            "because": self._because(complaint.reasons) if complaint else "",
            "promise": _time(row.promise_due),
            "tier": self.tier(row.tier),
            "preview": row.preview,
            "preview_by": row.preview_by.value if row.preview_by else "",
            "preview_kind": row.preview_kind,
        }

    def line(self, line: Line) -> dict[str, Any]:
        return {**asdict(line), "author": line.author.value, "at": _time(line.at)}

    def mark(self, mark: Mark) -> dict[str, Any]:
        return {**asdict(mark), "at": _time(mark.at)}

    def viewer(self, viewer: Viewer) -> dict[str, Any]:
        return asdict(viewer)

    def colleague(self, colleague: Colleague) -> dict[str, Any]:
        return {
            "id": colleague.id,
            "name": colleague.name,
            "presence": colleague.presence.value,
            "load": colleague.load,
            "limit": colleague.limit,
        }

    def alert(self, alert: Alert, name: str) -> dict[str, Any]:
        return {
            "id": alert.id,
            "kind": alert.kind.value,
            "conversation": alert.conversation_id,
            "name": name,
            "by": alert.about,
            "rings": alert.rings,
            "at": _time(alert.raised_at),
        }

    def tier(self, tier: str) -> str:
        known = self._shop.tiers.get(tier)
        return getattr(known.name, self._words.language) if known else tier

    def panel(self, panel: Panel) -> dict[str, Any]:
        identity = panel.identity
        language = self._words.language
        return {
            "identity": {
                **asdict(identity),
                "tier": self.tier(identity.tier),
                "since": self._day(identity.since),
                "linked_at": _time(identity.linked_at),
            },
            "orders": [self._order(order) for order in panel.orders],
            "benefits": [
                {"name": getattr(b.name, language), "amount": b.amount, "until": self._day(b.expires_on)}
                for b in panel.benefits
            ],
            "points": panel.points,
            "cases": [
                {
                    "id": case.id,
                    "kind": case.kind.value,
                    "stage": case.stage.value,
                    "opened": _time(case.opened_at),
                    "closed": _time(case.closed_at),
                }
                for case in panel.cases
            ],
            "consents": [{"purpose": c.purpose, "granted": c.granted, "at": _time(c.at)} for c in panel.consents],
            "brief": self._brief(panel.brief) if panel.brief else None,
        }

    def _order(self, order: Order) -> dict[str, Any]:
        language = self._words.language
        items = [
            getattr(item.name, language) + (f" ×{item.quantity}" if item.quantity > 1 else "") for item in order.items
        ]
        return {
            "id": order.id,
            "state": order.state.value,
            "items": items,
            "total": self._money(order.total_cents, order.currency),
            "placed": _time(order.placed_at),
            "promised": self._day(order.promised_on),
            "delivered": _time(order.delivered_at),
            "refund": order.refund_state.value if order.refund_state is not RefundState.NONE else "",
        }

    def _brief(self, brief: Brief) -> dict[str, Any]:
        return {
            "case": brief.case_id,
            "kind": brief.kind.value,
            "stage": brief.stage.value,
            "since": _time(brief.stage_since),
            "severity": brief.severity,
            "level": brief.level,
            "because": self._because(brief.reasons),
            "path": [{"at": _time(felt.at), "level": felt.level, "event": felt.event} for felt in brief.path],
            "tried": [
                {"name": self._remedy(o.remedy), "money": self._money(o.cents), "due": o.due, "answer": o.answer}
                for o in brief.tried
            ],
            "promises": [
                {
                    "name": self._remedy(p.remedy),
                    "money": self._money(p.cents),
                    "owner": self._text(f"remedies.team_{p.owner}", p.owner),
                    "due": _time(p.due_at),
                    "state": p.state.value,
                }
                for p in brief.promises
            ],
            "wish": self._remedy(brief.wish) if brief.wish else "",
            "told": list(brief.told),
            "order": brief.order,
            "product": brief.product,
            "failures": brief.failures,
            "repeat": brief.is_repeat,
        }

    def _because(self, reasons: Iterable[Any]) -> str:
        """What was noticed, the gravest first, as a person reads it: strong words “…”, …"""
        parts = []
        for reason in reasons:
            key = f"desk.group_{reason.get('group', '')}"
            label = self._words(key) if self._words.has(key) else str(reason.get("group", ""))
            parts.append(f"{label} “{reason.get('phrase', '')}”")
        return ", ".join(parts)

    def _remedy(self, name: str) -> str:
        return self._text(f"remedies.button_{name}", name)

    def _text(self, key: str, otherwise: str = "") -> str:
        """A text that customers read, too; what has none is shown as it is stored."""
        try:
            return render(self._texts, Say(key), self._words.language, self._words.zone).text
        except UnknownText:
            return otherwise or key

    def _money(self, cents: int, currency: str = "CNY") -> str:
        return formats.money(Money(cents, currency), self._words.language) if cents else ""

    def _day(self, day: date | None) -> str:
        return formats.day(day, self._words.language, True) if day else ""


def _time(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
