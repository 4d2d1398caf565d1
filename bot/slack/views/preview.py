"""The *Preview* on top of the form: what the customer gets, and what still stands in the way."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from bot.domain.draft_lines import filled_lines, sums
from bot.domain.drafts import Draft
from bot.domain.field_parsers import BadPhone, is_day, parse_deadline, parse_mobile
from bot.domain.methods import sole_wallet, title
from bot.domain.orders import Capture, Delivery, Remind
from bot.domain.phones import show
from bot.slack import ids
from bot.slack.views.aloud import aloud_of, moment
from bot.slack.views.blocks import Block, Look, escape, modal, mrkdwn, plain, section
from bot.slack.views.fields import deadline_words
from bot.slack.views.line_list import summary, told_sums
from bot.slack.views.words import message

_WAYS: Final[Mapping[Delivery, str]] = {
    Delivery.SMS: "Dintero sends an SMS or a push",
    Delivery.LINK: "You hand over the link",
    Delivery.EMAIL: "Paylink sends an e-mail",
    Delivery.QR: "A QR code in the thread",
    Delivery.APP: "You hand over a link that opens the app",
    Delivery.PROFILE: "Dintero sends it as the payment profile says",
}
_REMINDERS: Final[Mapping[Remind, str]] = {
    Remind.NONE: "",
    Remind.NUDGE: "You, in the thread",
    Remind.EMAIL: "The customer, by e-mail",
}
_FIELDS: Final = 10
"""As many as a section takes (Slack reference §9)."""
_MAILED_BY_HAND: Final = "You send the e-mail from your own mail app"
_MONEY: Final = {
    Capture.RESERVE: "Reserved first, until somebody presses Capture",
    Capture.AUTOMATIC: "Taken as soon as it is reserved",
}


def preview_form(
    draft: Draft, *, currency: str, look: Look, now: datetime, reference: str, wrong: Sequence[str]
) -> Block:
    """The draft as its customer will see it; `currency` is the shop's own.

    `reference` says which one it will be, `wrong` what keeps it from being sent, one sentence each: both mrkdwn.
    """
    money = draft.currency or currency
    found = sums(draft, money, look.choices)
    seller = escape(look.seller) or "You"
    amount = f" {look.money(found.total, money)}" if found else " …"
    asks = "ask" if seller == "You" else "asks"
    blocks = [
        *(
            [section("\n".join(["⚠️ *It cannot be sent like this yet*", *(f"• {one}" for one in wrong)]))]
            if wrong
            else []
        ),
        section(f"*{seller} {asks} the customer to pay{amount}*"),
        *(summary(draft, money, look) if filled_lines(draft) else []),
        *told_sums(draft, money, look, "Total"),
        {"type": "divider"},
        *_sections(_fields(draft, look, now, reference)),
        *aloud_of(draft, currency, look, now),
    ]
    view = modal("Preview", blocks, callback_id=ids.VIEW_PREVIEW, metadata="")
    return view | {"external_id": f"preview:{draft.id}", "close": plain("Back", 24)}


def _sections(told: list[Block]) -> list[Block]:
    return [{"type": "section", "fields": told[at : at + _FIELDS]} for at in range(0, len(told), _FIELDS)]


def _fields(draft: Draft, look: Look, now: datetime, reference: str) -> list[Block]:
    told = {
        "How it goes out": _way(draft, look),
        "Mobile number": _phone(draft, look),
        "Pay within": _deadline(draft, look, now),
        "Reference": reference,
        "Money": _MONEY[Capture(draft.capture)],
        "Customer's e-mail": escape(draft.email),
        "Customer's name": escape(draft.name),
        "Customer's address": _address(draft, look),
        "Payment methods": " · ".join(title(one) for one in look.choices.payable(draft.methods)),
        "Payment profile": _profile(draft, look),
        "Terms of sale": escape(draft.terms or look.choices.terms),
        "Reminders to": _reminders(draft),
        "Note, for the thread only": escape(draft.note),
    }
    return [mrkdwn(f"*{name}*\n{value}", 2000) for name, value in told.items() if value]


def _way(draft: Draft, look: Look) -> str:
    """A way to the phone by its right name, where all the payment methods are known."""
    payable = look.choices.payable(draft.methods)
    if draft.delivery == Delivery.SMS and payable:
        return f"Dintero sends {'a' if sole_wallet(payable) else 'an'} {message(payable)}"
    return _MAILED_BY_HAND if draft.delivery == Delivery.EMAIL and not look.mails else _WAYS[Delivery(draft.delivery)]


def _profile(draft: Draft, look: Look) -> str:
    """Only said where there is a choice."""
    names = {one.id: one.name for one in look.choices.profiles}
    return escape(names.get(draft.profile, draft.profile)) if draft.profile and len(names) > 1 else ""


def _address(draft: Draft, look: Look) -> str:
    """Who types it, and by which way the goods go there; what that costs stands in the total."""
    if not draft.address:
        return ""
    found = next((one for one in look.choices.shipping if one.name == draft.address), None)
    price = f" · {look.money(found.price, found.currency)}" if found and found.price else ""
    return f"Typed by the customer: {escape(draft.address)}{price}"


def _reminders(draft: Draft) -> str:
    who = _REMINDERS[Remind(draft.remind)]
    return f"{who}, also once it was opened" if who and draft.remind_opened else who


def _phone(draft: Draft, look: Look) -> str:
    """The whole number: whoever sees this has typed it."""
    try:
        return show(parse_mobile(draft.phone, look.country))
    except BadPhone:
        return escape(draft.phone)


def _deadline(draft: Draft, look: Look, now: datetime) -> str:
    try:
        until = moment(parse_deadline(draft.deadline, now, look.zone), look)
    except ValueError:
        return escape(draft.deadline)
    return f"Until {until}" if is_day(draft.deadline) else f"{deadline_words(draft.deadline)}: until {until}"
