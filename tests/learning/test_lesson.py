"""Which turns teach something, and which names a label may have."""

import pytest

from bot.enquiries import guess, talk
from bot.errors import NotFound
from bot.learning import lesson
from bot.learning.lesson import Why, of_turn
from bot.rasa import Decision

RANKING = (("track_refund", 0.3), ("get_refund", 0.2))
UNSURE = Decision("en", None, "track_refund", 0.3, RANKING, (), "annoyed", 0.6, "action_continue")
CONTEXT = {"journey": "enquiry", "stage": "none", "expecting": "fact"}
INTENTS = {"track_order", "track_refund", "cancel_order", "complaint_product"}


def test_what_was_not_understood_is_kept_with_what_the_model_thought() -> None:
    met = of_turn("action_continue", "the money thing", UNSURE, {}, ["talk.not_understood"], CONTEXT)
    assert met == lesson.Met(
        Why.NOT_UNDERSTOOD, "the money thing", "en", None, "track_refund", 0.3, "annoyed", RANKING, "enquiry", "none"
    )


@pytest.mark.parametrize(
    ("action", "text", "said"),
    [
        ("action_track_order", "where is it", ["orders.status_packed"]),
        ("action_continue", "12 Main Street", ["delivery.address_restate"]),  # an answer to an open question
        ("action_continue", "  ", ["talk.not_understood"]),
    ],
)
def test_what_was_answered_teaches_nothing(action: str, text: str, said: list[str]) -> None:
    assert of_turn(action, text, UNSURE, {}, said, CONTEXT) is None


def test_the_guesses_tell_what_the_customer_thinks_of_them() -> None:
    buttons = guess.guesses(RANKING, "the money thing")
    taken = of_turn(buttons[0].action, "", None, buttons[0].args, ["refunds.none"], {})
    none = guess.none_of(buttons, "the money thing")
    rejected = of_turn(none.action, "", None, none.args, ["talk.something_else"], {})
    assert taken is not None
    assert (taken.why, taken.text, taken.suggested) == (Why.GUESS_TAKEN, "the money thing", "track_refund")
    assert rejected is not None
    assert (rejected.why, rejected.text, rejected.suggested) == (Why.GUESS_REJECTED, "the money thing", "")


def test_without_guesses_none_can_be_rejected() -> None:
    none = guess.none_of((), "blorp")
    assert of_turn(none.action, "", None, none.args, ["talk.something_else"], {}) is None


def test_other_buttons_teach_nothing() -> None:
    for button in talk.MENU:
        assert of_turn(button.action, "", None, button.args, [], {}) is None


def test_a_long_message_is_cut_and_half_a_number_goes() -> None:
    text = "x" * 486 + " call 13812345678 please"
    assert lesson.cut(text) == "x" * 486 + " call"
    assert lesson.cut(text[: lesson.LONGEST]) == lesson.cut(text)
    assert lesson.cut("two\n lines ") == "two lines"


def test_the_key_is_the_same_for_what_is_the_same_to_a_reader() -> None:
    assert lesson.key("Where  IS it？") == lesson.key("where is it?")
    assert lesson.key("我的订单") == lesson.key("我的訂單")
    assert lesson.key("a") != lesson.key("b")


def test_an_intent_is_found_by_its_name_and_the_nearest_are_named() -> None:
    assert lesson.checked_intent(" Track-Order ", INTENTS) == "track_order"
    with pytest.raises(NotFound, match="did you mean track_order"):
        lesson.checked_intent("trak_order", INTENTS)
    with pytest.raises(NotFound, match="complaint_product"):
        lesson.checked_intent("product", INTENTS)
    with pytest.raises(NotFound, match="there are: cancel_order, "):
        lesson.checked_intent("zzz", INTENTS)


def test_an_emotion_is_one_of_four_or_none() -> None:
    assert (lesson.checked_emotion("Angry"), lesson.checked_emotion("")) == ("angry", "")
    with pytest.raises(NotFound, match="did you mean angry"):
        lesson.checked_emotion("angri")
