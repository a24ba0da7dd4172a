"""Plain HTML, made so that nothing can be forgotten to be escaped: every text is, unless it was made here. Pure."""

from html import escape

ALONE = frozenset({"input", "link", "meta", "br"})


class Html(str):
    """Markup that is safe to stand in a page as it is."""

    __slots__ = ()


def tag(name: str, /, *parts: str, **attributes: str | bool | None) -> Html:
    """`<name attribute="…">parts</name>`. A trailing _ of an attribute's name is dropped (class_), _ within becomes -.

    True gives the attribute without a value; False and None leave it out.
    """
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{escape(value)}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if name in ALONE:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{joined(*parts)}</{name}>")


def joined(*parts: str) -> Html:
    return Html("".join(part if isinstance(part, Html) else escape(part) for part in parts))
