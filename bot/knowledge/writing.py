"""Changes the text of a file of articles where an article has changed, and leaves every other sign as it is. Pure.

Writing the whole file anew would lose comments and the way people laid it out. The places come from the parser; what
comes out is read again and must hold exactly what was wanted.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from bot import datafile
from bot.errors import Unreadable
from bot.knowledge.draft import Draft, raw

NAME = "this file of articles"
WIDTH = 118
PLAIN = re.compile(r"[^\W\d_][^\n#:{}\[\],&*!|>'\"%@`]*")
"""What needs no quotes anywhere. Everything else gets them: too many do no harm."""
Place = tuple[int, int, str]
"""From, to, and what stands there instead."""


def changed(text: str, draft: Draft) -> str:
    """The file with this article as the draft has it. Raises Unreadable for one that cannot be changed in this way."""
    before, wanted = datafile.parse(text, NAME), raw(draft)
    node = _article(text, draft.id)
    places = list(_places(text, node, before["articles"][draft.id], wanted))
    return _checked(_with(text, places), before, draft.id, wanted)


def added(text: str, draft: Draft) -> str:
    """The file with one more article at its end. Raises Unreadable."""
    before, wanted = datafile.parse(text, NAME), raw(draft)
    if draft.id in (before.get("articles") or {}):
        raise Unreadable(f"there is an article '{draft.id}' already")
    lines = [f"  {draft.id}:", *(_entry(key, value, 4) for key, value in wanted.items())]
    return _checked(text.rstrip("\n") + "\n" + "\n".join(lines) + "\n", before, draft.id, wanted)


def _checked(text: str, before: Any, id: str, wanted: Mapping[str, Any]) -> str:
    expected = {**before, "articles": {**before["articles"], id: wanted}}
    found = datafile.parse(text, NAME)
    if _plain(found) != _plain(expected):
        raise Unreadable(f"article '{id}' is written in a way that only its file can be edited")
    return text


def _plain(value: Any) -> Any:
    """Equal for what means the same: nothing and an empty list, spaces around a text."""
    if isinstance(value, Mapping):
        return {key: plain for key, one in value.items() if (plain := _plain(one)) not in ([], {}, "")}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.strip() if isinstance(value, str) else value


def _article(text: str, id: str) -> yaml.MappingNode:
    top = datafile.compose(text)
    found = _child(_child(top, "articles"), id)
    if not isinstance(found, yaml.MappingNode):
        raise Unreadable(f"there is no article '{id}' in this file")
    return found


def _child(node: Any, key: str) -> Any:
    return next((v for k, v in node.value if k.value == key), None) if isinstance(node, yaml.MappingNode) else None


def _places(text: str, node: yaml.MappingNode, before: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[Place]:
    places: list[Place] = []
    for key in dict.fromkeys([*before, *wanted]):
        value, new = _child(node, key), wanted.get(key)
        if _plain(before.get(key)) == _plain(new):
            continue
        if new is None:
            places.append(_without(text, node, key))
        elif value is None:
            column = node.value[0][0].start_mark.column
            end = _line_end(text, _last(node))
            places.append((end, end, f"\n{_entry(key, new, column)}"))
        elif isinstance(new, Mapping) and isinstance(value, yaml.MappingNode):
            places += _places(text, value, before[key], new)
        else:
            places.append((value.start_mark.index, _last(value), _written(new, value)))
    return places


def _without(text: str, node: yaml.MappingNode, key: str) -> Place:
    name, value = next((k, v) for k, v in node.value if k.value == key)
    start = text.rfind("\n", 0, name.start_mark.index) + 1
    return start, min(_line_end(text, _last(value)) + 1, len(text)), ""


def _last(node: yaml.Node) -> int:
    """Where a value ends; a block ends with its last value and not with the comments behind it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _last(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.index)


def _line_end(text: str, place: int) -> int:
    end = text.find("\n", place)
    return len(text) if end < 0 else end


def _with(text: str, places: Sequence[Place]) -> str:
    for start, end, instead in sorted(places, reverse=True):
        text = text[:start] + instead + text[end:]
    return text


def _written(value: Any, old: yaml.Node) -> str:
    column = old.start_mark.column
    ends_the_line = isinstance(old, yaml.ScalarNode) and old.style in ("|", ">")
    return (_list(value, column) if isinstance(value, list) else scalar(str(value))) + ("\n" if ends_the_line else "")


def _entry(key: str, value: Any, indent: int) -> str:
    """A key with its value, in lines of their own."""
    space = " " * indent
    if isinstance(value, Mapping):
        return "\n".join([f"{space}{key}:", *(_entry(name, one, indent + 2) for name, one in value.items())])
    written = _list(value, indent + len(key) + 2) if isinstance(value, list) else scalar(str(value))
    return f"{space}{key}: {written}"


def scalar(text: str) -> str:
    """A text in one line; in quotes where YAML might read something else."""
    is_plain = PLAIN.fullmatch(text) and text == text.strip() and datafile.parse(text, NAME) == text
    return (
        text
        if is_plain and text.lower() not in ("y", "n", "yes", "no", "on", "off")
        else json.dumps(text, ensure_ascii=False)
    )


def _list(words: Sequence[str], column: int) -> str:
    """In brackets, broken into lines that are not too long."""
    lines, line = list[str](), "["
    for place, word in enumerate(words):
        part = scalar(word) + (", " if place + 1 < len(words) else "]")
        if column + len(line) + len(part) > WIDTH and line.strip() not in ("", "["):
            lines.append(line.rstrip())
            line = " " * column
        line += part
    return "\n".join([*lines, line]) if words else "[]"
