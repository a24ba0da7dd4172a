"""The files of the model fit together: domain, rules, examples, configuration."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import train
import yaml

HERE = train.HERE
WITHOUT_EXAMPLES = {"nlu_fallback"}


def contents(folder: str) -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in sorted((HERE / folder).rglob("*.yml")):
        yield path, yaml.safe_load(path.read_text(encoding="utf-8"))


def intents() -> list[str]:
    return [
        next(iter(one)) if isinstance(one, dict) else one
        for _, file in contents("domain")
        for one in file.get("intents", [])
    ]


def actions() -> list[str]:
    return [one for _, file in contents("domain") for one in file.get("actions", [])]


def rules() -> list[dict[str, Any]]:
    return [rule for _, file in contents("rules") for rule in file["rules"]]


def intents_of(rule: dict[str, Any]) -> list[str]:
    first = rule["steps"][0]
    return [one["intent"] for one in first["or"]] if "or" in first else [first["intent"]]


def test_nothing_is_declared_twice() -> None:
    assert [name for name, count in Counter(intents() + actions()).items() if count > 1] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_intent_has_examples_in_both_languages(language: str) -> None:
    shown = {
        block["intent"] for _, file in contents(f"examples/{language}") for block in file["nlu"] if "intent" in block
    }
    assert shown == set(intents()) - WITHOUT_EXAMPLES


def test_every_intent_has_a_rule_without_condition() -> None:
    unconditional = {intent for rule in rules() if "condition" not in rule for intent in intents_of(rule)}
    assert unconditional == set(intents())


def test_every_action_is_reached_and_no_other() -> None:
    reached = {rule["steps"][1]["action"] for rule in rules()}
    assert reached == set(actions())


def test_a_rule_is_one_message_and_one_action() -> None:
    assert [rule["rule"] for rule in rules() if len(rule["steps"]) != 2] == []


def test_every_intent_is_decided_inside_a_complaint_as_the_configuration_says() -> None:
    """What is answered by its own action inside a complaint, and could be anger, is in the list of config.yml."""
    inside = {
        i
        for rule in rules()
        if {"slot_was_set": [{"journey": "complaint"}]} in rule.get("condition", [])
        for i in intents_of(rule)
    }
    always = {"contact_human_agent", "stop_messages", "case_status", "goodbye"}
    pipeline = yaml.safe_load((HERE / "config.yml").read_text(encoding="utf-8"))["pipeline"]
    assert set(pipeline[-1]["enquiries"]) == set(intents()) - inside - always


def test_the_fingerprint_is_known_without_loading_rasa() -> None:
    code = "import sys, train; train.main(['--fingerprint']); sys.exit('rasa' in sys.modules or 'numpy' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], cwd=HERE, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == train.fingerprint(train.data_folder(None) / "products.yml")


def test_the_fingerprint_follows_the_catalogue(tmp_path: Path) -> None:
    catalogue = tmp_path / "products.yml"
    before = train.fingerprint(catalogue)
    catalogue.write_text("products: []", encoding="utf-8")
    assert train.fingerprint(catalogue) != before


def test_the_fingerprint_covers_every_kind_of_ingredient() -> None:
    covered = {path.relative_to(HERE).parts[0] for path in train.ingredients()}
    assert covered == set(train.INGREDIENTS)


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A folder with six models and their figures; 0 is the newest."""
    for age in range(6):
        path = tmp_path / f"{age}.tar.gz"
        path.touch()
        (tmp_path / f"{age}.figures.json").touch()
        path_time = 1_700_000_000 - age
        os.utime(path, (path_time, path_time))
    return tmp_path


def kept(models: Path) -> list[str]:
    train.forget_old(models)
    names = sorted(path.name.partition(".")[0] for path in models.glob("*.tar.gz"))
    assert names == sorted(path.name.partition(".")[0] for path in models.glob("*.figures.json"))
    return names


def test_only_the_newest_models_are_kept(models: Path) -> None:
    assert kept(models) == ["0", "1", "2"]


def test_the_active_model_and_the_one_before_are_kept_however_old(models: Path) -> None:
    noted = {"active": "4", "before": ["gone", "5", "3"]}
    (models / "active.json").write_text(json.dumps(noted), encoding="utf-8")
    assert kept(models) == ["0", "1", "2", "4", "5"]


def test_while_nobody_knows_which_model_is_active_none_is_deleted(models: Path) -> None:
    (models / "active.json").write_text("{", encoding="utf-8")
    assert len(kept(models)) == 6
