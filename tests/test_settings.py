"""Every setting is documented in .env.example with its default, and nothing else is."""

import pytest
from pydantic import ValidationError

from bot.settings import ROOT, Settings


def documented() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_every_setting_is_documented_and_nothing_else():
    assert set(documented()) == {f"CAREBOT_{name.upper()}" for name in Settings.model_fields}


def test_the_documented_values_are_the_defaults(monkeypatch, tmp_path):
    monkeypatch.chdir(ROOT)
    for name in documented():
        monkeypatch.delenv(name, raising=False)
    plain = Settings(_env_file=None)
    as_documented = Settings(_env_file=ROOT / ".env.example")
    for name in Settings.model_fields:
        one, other = getattr(plain, name), getattr(as_documented, name)
        if name in ("data_dir", "var_dir"):
            one, other = one.resolve(), other.resolve()
        assert one == other, name


def test_each_setting_says_what_it_is_for():
    assert not [name for name, field in Settings.model_fields.items() if not field.description]


def test_a_wrong_value_is_refused(monkeypatch):
    monkeypatch.setenv("CAREBOT_TURN_PAUSE_MS", "-1")
    with pytest.raises(ValidationError):
        Settings(_env_file=None)
