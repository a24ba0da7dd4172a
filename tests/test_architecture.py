"""The shape of the program as ARCHITECTURE.md draws it, checked."""

import ast
import re
from pathlib import Path

from bot.complaints.complaint import TRANSITIONS, Stage
from bot.settings import ROOT

CODE = [*ROOT.glob("bot/**/*.py"), *ROOT.glob("actions/*.py")]
PURE = [
    "bot/complaints/complaint.py",
    "bot/complaints/dialogue.py",
    "bot/complaints/listening.py",
    "bot/complaints/clarifying.py",
    "bot/complaints/settling.py",
    "bot/complaints/answering.py",
    "bot/complaints/remedy.py",
    "bot/complaints/promise.py",
    "bot/complaints/person.py",
    "bot/complaints/emotion.py",
    "bot/complaints/severity.py",
    "bot/handoff/queue.py",
    "bot/outbox/delivery.py",
    "bot/inbox/route.py",
    "bot/shop/order.py",
    "bot/shop/benefit.py",
    "bot/shop/warranty.py",
    "bot/worktime.py",
    "bot/customers/link.py",
    "bot/learning/lesson.py",
    "bot/learning/personal.py",
    "bot/learning/examples.py",
    "bot/models/guard.py",
    "bot/models/comparison.py",
    "bot/enquiries/meaning.py",
    "bot/vector.py",
]
IO = {"sqlalchemy", "aiohttp", "httpx", "asyncio", "telegram", "fastapi", "structlog", "os", "socket", "time"}


def imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    found = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    return found | {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}


def test_pure_files_do_no_io_and_are_not_async():
    for name in PURE:
        path = ROOT / name
        assert not {m.split(".")[0] for m in imported(path)} & IO, name
        assert not [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.AsyncFunctionDef)], name


def test_no_words_for_customers_stand_in_python():
    for path in CODE:
        tree = ast.parse(path.read_text())
        docs = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
                # ranges of characters in patterns are not words
                words = re.sub(r".-.", "", node.value)
                assert not re.search("[\u4e00-\u9fff]{2,}", words), f"{path}: {node.value!r}"


def test_the_time_is_an_argument():
    for path in CODE:
        if path.name != "clock.py":
            assert not re.search(r"datetime\.now\(|date\.today\(|utcnow\(", path.read_text()), path


def test_no_file_hides_a_second_noun():
    long = {
        str(p.relative_to(ROOT)): n
        for p in CODE
        if (n := len(p.read_text().splitlines())) > 350 and "migrations" not in p.parts
    }
    assert not long


def test_every_stage_can_be_reached_and_left():
    reached = {after for (before, _), after in TRANSITIONS.items() if before is not after}
    left = {before for (before, _), after in TRANSITIONS.items() if before is not after}
    assert reached >= set(Stage) - {Stage.VENT} | {Stage.VENT}
    assert left == set(Stage)


def test_the_stage_diagram_in_the_docs_is_the_table():
    lines = {f"{before} --{event}--> {after}" for (before, event), after in TRANSITIONS.items()}
    drawn = set(re.findall(r"^\S+ --\S+--> \S+$", (ROOT / "docs" / "complaints.md").read_text(), re.M))
    assert drawn == lines
