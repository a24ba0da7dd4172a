"""The same words mean something else in another place of the conversation."""

from typing import Any

import pytest

from tests.nlu.conftest import Nlu

ENQUIRY: dict[str, Any] = {"journey": "enquiry", "expecting": "yes_no"}
VENT: dict[str, Any] = {"journey": "complaint", "stage": "vent", "expecting": "text"}
CLARIFY: dict[str, Any] = {"journey": "complaint", "stage": "clarify", "expecting": "fact"}
RESOLVE: dict[str, Any] = {"journey": "complaint", "stage": "resolve", "expecting": "choice"}
COMMIT: dict[str, Any] = {"journey": "complaint", "stage": "commit", "expecting": "nothing"}


@pytest.mark.parametrize(
    ("text", "context", "action"),
    [
        ("好的，可以", {}, "action_nothing_pending"),
        ("好的，可以", ENQUIRY, "action_continue_enquiry"),
        ("好的，可以", RESOLVE, "action_continue_complaint"),
        ("no, don't", {}, "action_nothing_pending"),
        ("no, don't", ENQUIRY, "action_continue_enquiry"),
        ("no, don't", RESOLVE, "action_continue_complaint"),
        ("订单号是LJ20261103-0042", {}, "action_inform"),
        ("订单号是LJ20261103-0042", ENQUIRY, "action_continue_enquiry"),
        ("订单号是LJ20261103-0042", CLARIFY, "action_continue_complaint"),
        ("我要退款", {}, "action_get_refund"),
        ("我要退款", RESOLVE, "action_continue_complaint"),
        ("please cancel my order", {}, "action_cancel_order"),
        ("please cancel my order", ENQUIRY, "action_cancel_order"),
        ("please cancel my order", RESOLVE, "action_continue_complaint"),
        ("刚收到就是坏的，你们卖的什么东西", {}, "action_open_complaint"),
        ("刚收到就是坏的，你们卖的什么东西", ENQUIRY, "action_open_complaint"),
        ("刚收到就是坏的，你们卖的什么东西", VENT, "action_continue_complaint"),
        ("谢谢你", {}, "action_thank"),
        ("谢谢你", COMMIT, "action_continue_complaint"),
        ("where is my refund", {}, "action_track_refund"),
        ("where is my refund", COMMIT, "action_case_status"),
        ("which payment methods do you accept", CLARIFY, "action_check_payment_methods"),
        ("支持哪些付款方式", CLARIFY, "action_check_payment_methods"),
    ],
)
async def test_the_action_follows_the_context(nlu: Nlu, text: str, context: dict[str, Any], action: str) -> None:
    assert (await nlu.decide(text, **context))["action"] == action


@pytest.mark.parametrize("context", [{}, ENQUIRY, VENT, CLARIFY, RESOLVE, COMMIT])
@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("转人工", "action_contact_human_agent"),
        ("let me talk to a real person", "action_contact_human_agent"),
        ("别再给我发消息了", "action_stop_messages"),
        ("stop sending me messages", "action_stop_messages"),
        ("我的投诉处理得怎么样了", "action_case_status"),
        ("what happened with my complaint", "action_case_status"),
    ],
)
async def test_a_person_silence_and_the_case_can_be_had_anywhere(
    nlu: Nlu, text: str, action: str, context: dict[str, Any]
) -> None:
    assert (await nlu.decide(text, **context))["action"] == action


@pytest.mark.parametrize(
    ("context", "action"),
    [
        ({}, "action_continue"),
        (ENQUIRY, "action_continue"),
        ({"journey": "enquiry", "expecting": "text"}, "action_continue_enquiry"),
        ({"journey": "enquiry", "expecting": "fact"}, "action_continue_enquiry"),
        (VENT, "action_continue_complaint"),
    ],
)
async def test_what_is_not_understood(nlu: Nlu, context: dict[str, Any], action: str) -> None:
    found = await nlu.decide("😡😡", **context)
    assert found["understood"] is False
    assert found["action"] == action
    assert found["intent"]["name"] != "nlu_fallback", "the best real guess is told, not that there is none"
