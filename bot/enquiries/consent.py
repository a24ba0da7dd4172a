"""What a customer agrees to be written to for: offers on or off, "stop", and the settings."""

from bot.customers import service as customers
from bot.customers.service import UNASKED, Purpose
from bot.enquiries.enquiry import Enquiry
from bot.enquiries.question import NO, YES, Expecting
from bot.enquiries.ways import person
from bot.messages import Button, Say, Text, Value
from bot.shop.policy import FILE
from bot.shop.reading import Section

NEWSLETTER, SET = "action_newsletter_subscription", "action_set_consent"
CHOOSABLE = (Purpose.GREETINGS, Purpose.MARKETING, Purpose.SURVEY, Purpose.PROFILING)
"""Everything but the service itself."""


async def newsletter(e: Enquiry) -> list[Say]:
    """Offers only after a yes to exactly these words; who has them can end them with one tap."""
    if e.question is not None and e.question.expecting is Expecting.YES_NO:
        return await _answered(e)
    if await customers.may(e.session, e.conversation.id, Purpose.MARKETING):
        return [Say("consent.marketing_is_on", {}, (_switch(Purpose.MARKETING, False),))]
    options = {YES: "consent.marketing_yes", NO: "consent.marketing_no"}
    buttons = e.ask(NEWSLETTER, Expecting.YES_NO, options)
    return [Say("consent.marketing_ask", _often(e), buttons)]


async def stop(e: Enquiry) -> list[Say]:
    """No message any more that was not asked for. Says once what still comes."""
    still = [p for p in UNASKED if not await customers.has_refused(e.session, e.conversation.id, p)]
    if not still:
        return [Say("consent.stopped_before", {}, (person(),))]
    for purpose in still:
        await _record(e, purpose, False, Say(f"consent.about_{purpose}", _often(e)))
    return [Say("consent.stopped", {}, (person(), Button("consent.settings_button", "command_settings")))]


async def settings(e: Enquiry) -> list[Say]:
    """All purposes with what holds now; a tap changes one."""
    now = {p: await customers.may(e.session, e.conversation.id, p) for p in CHOOSABLE}
    lines: tuple[Value, ...] = tuple(
        Text("consent.line_on" if held else "consent.line_off", {"purpose": _about(e, p)}) for p, held in now.items()
    )
    buttons = [_switch(p, not held) for p, held in now.items()]
    buttons.append(Button("talk.language_button", "command_language"))
    if e.conversation.customer_id is not None:
        buttons.append(Button("link.unlink_button", "action_unlink", {"account": e.conversation.customer_id}))
    return [Say("consent.settings", {"lines": lines}, tuple(buttons))]


async def set_one(e: Enquiry) -> list[Say]:
    """A tap in the settings."""
    purpose, granted = Purpose(e.arg("purpose")), bool(e.arg("granted"))
    await _record(e, purpose, granted, Say(f"consent.about_{purpose}", _often(e)))
    key = "consent.now_on" if granted else "consent.now_off"
    return [Say(key, {"purpose": _about(e, purpose)}, (_switch(purpose, not granted),))]


async def _answered(e: Enquiry) -> list[Say]:
    granted = e.answer == YES
    await _record(e, Purpose.MARKETING, granted, Say("consent.marketing_ask", _often(e)))
    if granted:
        return [Say("consent.marketing_on", _often(e), (_switch(Purpose.MARKETING, False),))]
    return [Say("consent.marketing_off")]


def _switch(purpose: Purpose, granted: bool) -> Button:
    key = f"consent.switch_{'on' if granted else 'off'}_{purpose}"
    return Button(key, SET, {"purpose": purpose.value, "granted": granted})


def _about(e: Enquiry, purpose: Purpose) -> Text:
    return Text(f"consent.about_{purpose}", _often(e))


def _often(e: Enquiry) -> dict[str, Value]:
    return {"count": Section.of(FILE, e.shop.policy.raw).section("newsletter").whole("per_month")}


async def _record(e: Enquiry, purpose: Purpose, granted: bool, about: Say) -> None:
    """`about` is kept as this customer read it: the text may change later."""
    label = str(e.arg("label"))
    evidence = f"tapped: {label}" if label else f"typed: {e.text or '/stop'}"
    await customers.record_consent(
        e.session, e.conversation, purpose, granted, e.words(about), e.conversation.language or "en", evidence, e.at
    )
