"""Everything of data/ that complaints are handled by, in one value."""

from dataclasses import dataclass

from bot.complaints.policy import ComplaintPolicy
from bot.complaints.remedy import RemedyPolicy
from bot.complaints.severity import Severities
from bot.handoff.policy import Desk
from bot.hours import Hours
from bot.shop.policy import ShopPolicy
from bot.shop.product import Catalogue


@dataclass(frozen=True, slots=True)
class Rules:
    complaints: ComplaintPolicy
    remedies: RemedyPolicy
    severities: Severities
    hours: Hours
    desk: Desk
    shop: ShopPolicy
    catalogue: Catalogue
