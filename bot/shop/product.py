"""What the shop sells. Source: data/products.yml."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.errors import BadContent
from bot.messages import Words
from bot.shop.reading import Section

FILE = "data/products.yml"


@dataclass(frozen=True, slots=True)
class Category:
    id: str
    name: Words
    large: bool
    """Delivered by appointment and installed."""
    consumable: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A part with a warranty of its own."""

    name: Words
    months: int


@dataclass(frozen=True, slots=True)
class Product:
    id: str
    name: Words
    aliases: Mapping[str, tuple[str, ...]]
    """By language; several products may share one."""
    category: str
    price_cents: int
    warranty_months: int
    warranty_parts: tuple[Part, ...]
    facts: Mapping[str, Any]


def _fold(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().replace("-", " ").split())


@dataclass(frozen=True, slots=True)
class Catalogue:
    products: Mapping[str, Product]
    categories: Mapping[str, Category]

    def named(self, text: str) -> tuple[Product, ...]:
        """The products called so, by id, name or alias in either language; several for a generic name."""
        wanted = _fold(text)
        return tuple(p for p in self.products.values() if wanted in (_fold(name) for name in names_of(p)))

    def categories_of(self, product_ids: Iterable[str]) -> frozenset[str]:
        """The categories of these products; unknown products have none."""
        return frozenset(self.products[id].category for id in product_ids if id in self.products)


def names_of(product: Product) -> tuple[str, ...]:
    aliases = (alias for names in product.aliases.values() for alias in names)
    return (product.id, product.name.zh, product.name.en, *aliases)


def _product(section: Section, categories: Mapping[str, Category]) -> Product:
    category = section.text("category")
    if category not in categories:
        raise section.wrong("category", f"is {category!r}, which `categories` does not list")
    aliases = section.section("aliases")
    facts = section.section("facts").raw if "facts" in section.raw else {}
    return Product(
        id=section.text("id"),
        name=section.as_words(),
        aliases={language: aliases.texts(language) for language in ("zh", "en")},
        category=category,
        price_cents=section.whole("price_cents", least=1),
        warranty_months=section.whole("warranty_months"),
        warranty_parts=tuple(Part(s.as_words(), s.whole("months", 1)) for s in section.sections("warranty_parts")),
        facts=facts,
    )


def read_catalogue(raw: object, file: str = FILE) -> Catalogue:
    """The catalogue from the parsed file. Raises BadContent naming file and key."""
    top = Section.of(file, raw)
    listed = top.section("categories")
    categories = {
        id: Category(id, section.as_words(), section.yes("large"), section.yes("consumable"))
        for id, section in ((id, listed.section(id)) for id in listed.raw)
    }
    products: dict[str, Product] = {}
    for section in top.sections("products"):
        product = _product(section, categories)
        if product.id in products:
            raise BadContent(f"{file}: two products have the id {product.id!r}")
        products[product.id] = product
    return Catalogue(products, categories)


def facts_of(catalogue: Catalogue) -> dict[str, dict[str, Any]]:
    """What articles may quote of each product: its facts, price, warranty and name."""
    return {
        product.id: {
            **product.facts,
            "name": {"zh": product.name.zh, "en": product.name.en},
            "price_cents": product.price_cents,
            "warranty_months": product.warranty_months,
        }
        for product in catalogue.products.values()
    }
