"""Passwords, tokens and codes."""

import re

import pytest
from argon2 import PasswordHasher, extract_parameters

from bot.errors import Unreadable
from bot.staff import secret


def test_passwords_are_kept_with_argon2id_and_the_recommended_work():
    kept = PasswordHasher().hash("x")  # what HASHER is outside of the tests
    assert kept.startswith("$argon2id$")
    found = extract_parameters(kept)
    assert (found.memory_cost, found.time_cost) >= (64 * 1024, 3)


def test_only_the_right_password_is_right():
    kept = secret.hash_password("a horse in the rain")
    assert "horse" not in kept
    assert secret.is_right(kept, "a horse in the rain")
    assert not secret.is_right(kept, "a horse in the ram")
    assert not secret.is_right("", "a horse in the rain")


def test_nobodys_password_costs_a_verification_too(monkeypatch):
    verified: list[str] = []

    class Watched:
        def hash(self, password: str) -> str:
            return "$argon2id$nobody"

        def verify(self, kept: str, password: str) -> bool:
            verified.append(kept)
            return True

    monkeypatch.setattr(secret, "HASHER", Watched())
    secret._nobodys.cache_clear()
    assert not secret.is_right("", "anything")
    assert secret.is_right("$argon2id$anna", "anything")
    assert verified == ["$argon2id$nobody", "$argon2id$anna"]


def test_a_password_is_the_same_from_every_keyboard():
    assert secret.is_right(secret.hash_password("caf\u00e9 au lait ｆｕｌｌ"), "cafe\u0301 au lait full")


@pytest.mark.parametrize("easy", ["short", "aaaaaaaaaaaaaaaa", "annaannaannaanna", "passwordpassword", "x" * 201])
def test_what_is_easy_to_guess_is_no_password(easy):
    with pytest.raises(Unreadable):
        secret.accept_password(easy, "anna", "Anna Lin")


def test_length_is_enough_whatever_it_is_made_of():
    secret.accept_password("一只马在雨里跑得很快很快", "anna", "Anna Lin")
    secret.accept_password("correct horse battery", "anna", "Anna Lin")


def test_tokens_and_given_passwords_cannot_be_guessed():
    assert len({secret.new_token() for _ in range(100)}) == 100
    assert len(secret.new_token()) >= 43
    assert re.fullmatch(r"([a-z2-9]{5}-){3}[a-z2-9]{5}", secret.new_password())
    secret.accept_password(secret.new_password(), "anna", "Anna")


def test_a_recovery_code_may_be_typed_carelessly():
    code = secret.new_recovery_codes()[0]
    assert secret.hash_recovery_code(f" {code.upper().replace('-', ' ')} ") == secret.hash_recovery_code(code)
    assert len(set(secret.new_recovery_codes())) == 10
