"""The demo shop: a fixed cast and a seeded crowd, always as fresh as the day it is made for.

Ids, names, phones and order numbers are the same on every day, so loading it again refreshes instead of doubling; only
the dates move. Sources: data/demo/cast.yml, data/demo/people.yml, data/products.yml.
"""

from datetime import date

from bot.shop.demo_cast import Days, Demo, Stage, read_cast
from bot.shop.demo_crowd import PEOPLE_FILE, Crowd
from bot.shop.policy import ShopPolicy
from bot.shop.product import Catalogue
from bot.shop.reading import Section


def make_demo(cast: object, people: object, catalogue: Catalogue, policy: ShopPolicy, today: date) -> Demo:
    """The whole shop as it stands on `today`, a day in the shop's zone; nothing in it happened later than yesterday.

    `cast` and `people` are the parsed files. Raises BadContent naming file and key.
    """
    stage = Stage(Days(today, policy.zone), catalogue, policy)
    known = read_cast(cast, stage)
    crowd = Crowd(Section.of(PEOPLE_FILE, people), stage).make(len(known.customers))
    return Demo(known.customers + crowd.customers, known.orders + crowd.orders, known.benefits + crowd.benefits)
