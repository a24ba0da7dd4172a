"""A text with {names} in it: parsed once, filled as often as needed. Pure.

Only plain names stand in braces. A value is inserted as it is and never read as a template, so braces in a customer's
words do no harm.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from string import Formatter

NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Template:
    source: str
    pieces: tuple[tuple[str, str], ...]
    """Words and the name that follows them; "" after the last."""

    @staticmethod
    def parse(source: str) -> "Template":
        """Raises ValueError, in words for the writer of the text."""
        try:
            parsed = list(Formatter().parse(source))
        except ValueError:
            raise ValueError("has a brace without its partner (to show a brace, write it twice: {{ or }})") from None
        for _, name, spec, conversion in parsed:
            if name is not None and (spec or conversion or not NAME.fullmatch(name)):
                shown = name + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "")
                raise ValueError(f"has {{{shown}}}: only a plain name may stand in braces, like {{due}}")
        return Template(source, tuple((words, name or "") for words, name, _, _ in parsed))

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(name for _, name in self.pieces if name)

    def fill(self, words: Callable[[str], str], value: Callable[[str], str]) -> str:
        """`words` writes what stands between the names, `value` what a name stands for."""
        return "".join(words(text) + (value(name) if name else "") for text, name in self.pieces)
