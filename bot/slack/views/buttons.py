"""The action row of a link: drawn from `actions(link, now)` and nothing else."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final

from bot.domain.actions import ABOUT_OPERATION, Action, open_amount
from bot.domain.links import Link, Status
from bot.domain.offers import offers
from bot.domain.operations import Kind
from bot.domain.orders import TO_PHONE, Delivery
from bot.domain.stories import Story
from bot.slack import ids
from bot.slack.views.blocks import Block, Look, fit, option, plain
from bot.slack.views.change_form import what_follows
from bot.slack.views.words import customer

MOST_BUTTONS: Final = 3

_LABELS: Final[Mapping[Action, str]] = {
    Action.CAPTURE: "Capture",
    Action.CAPTURE_PART: "Capture part…",
    Action.RELEASE: "Release",
    Action.REFUND: "Refund…",
    Action.CANCEL: "Cancel link",
    Action.SHOW_LINK: "Show link",
    Action.REFRESH: "Refresh",
    Action.CHECK_AGAIN: "Check again",
    Action.TRY_AGAIN: "Try again",
    Action.STOP_WAITING: "Stop waiting…",
    Action.IT_ARRIVED: "It arrived",
    Action.SEND_AGAIN: "Send again",
    Action.RESEND: "Send again…",
    Action.CHANGE: "Change order…",
    Action.EXTEND: "Extend…",
    Action.HUNG_UP: "Customer hung up → 1 day",
    Action.SEND_EMAIL: "Send by e-mail",
    Action.REQUEST_AGAIN: "Request again…",
    Action.STOP_REMINDERS: "Stop reminders",
    Action.KEEP: "Keep",
    Action.GIVE_BACK: "Give back",
}
_THE_REST: Final = {Action.CAPTURE: "Capture the rest", Action.RELEASE: "Release the rest"}
_SPOKEN: Final = {
    Action.CAPTURE: "Capture",
    Action.CAPTURE_PART: "Capture part of",
    Action.RELEASE: "Release",
    Action.REFUND: "Refund all or part of",
    Action.KEEP: "Keep and capture",
    Action.GIVE_BACK: "Give back",
}
"""For screen readers, the amount follows."""
_STYLES: Final = {Action.CAPTURE: "primary", Action.GIVE_BACK: "danger"}
_AGAIN: Final[Mapping[Kind, str]] = {
    Kind.CAPTURE: "Capture",
    Kind.REFUND: "Refund",
    Kind.VOID: "Release",
    Kind.CANCEL: "Cancel the link",
    Kind.CREATE: "Send",
}


def action_row(story: Story, link: Link, now: datetime, look: Look) -> Block | None:
    """What may be done with `link` now: at most three buttons and a menu, or None when nothing may.

    A menu has no question per entry, so what must be confirmed always stands outside it.
    """
    possible = offers(story, link, now)
    questions = {action: asked for action in possible if (asked := _question(action, story, link, look)) is not None}
    shown, hidden = _divide(possible, questions)
    elements = [_button(action, link, look, questions.get(action)) for action in shown]
    if hidden:
        elements.append(_menu(hidden, link))
    if not elements:
        return None
    return {"type": "actions", "block_id": f"actions:{link.id}:{link.version}", "elements": elements}


def label(action: Action, link: Link) -> str:
    """What stands on the button."""
    some = link.facts.captured or link.facts.in_progress.get(Kind.CAPTURE)
    return _THE_REST.get(action, _LABELS[action]) if some else _LABELS[action]


def _divide(
    possible: tuple[Action, ...], questions: Mapping[Action, Block]
) -> tuple[tuple[Action, ...], tuple[Action, ...]]:
    if len(possible) <= MOST_BUTTONS:
        return possible, ()
    room = MOST_BUTTONS - (len(possible) == MOST_BUTTONS + 1)  # a menu of one entry is a button in disguise
    asked = [action for action in possible if action in questions]
    chosen = {*asked, *[action for action in possible if action not in questions][: max(room - len(asked), 0)]}
    return tuple(a for a in possible if a in chosen), tuple(a for a in possible if a not in chosen)


def _button(action: Action, link: Link, look: Look, question: Block | None) -> Block:
    button: Block = {
        "type": "button",
        "action_id": f"{ids.LINK}{action}",
        "text": plain(label(action, link), 75),
        "value": _value(action, link).encode(),
    }
    if amount := _amount(action, link):
        verb = _SPOKEN.get(action, f"{label(action, link)},")
        button["accessibility_label"] = fit(f"{verb} {look.money(amount, link.currency)} for {link.reference}", 75)
    if action in _STYLES and not (action is Action.CAPTURE and link.facts.reported_at is not None):
        button["style"] = _STYLES[action]
    if question is not None:
        button["confirm"] = question
    return button


def _menu(hidden: tuple[Action, ...], link: Link) -> Block:
    options = [option(label(action, link), replace(_value(action, link), action=action).encode()) for action in hidden]
    return {"type": "overflow", "action_id": ids.LINK_MORE, "options": options}


def _value(action: Action, link: Link) -> ids.ButtonValue:
    asked = link.operation.name if action in ABOUT_OPERATION and link.operation else None
    return ids.ButtonValue(link.id, link.version, open_amount(link, action), operation=asked)


def _question(action: Action, story: Story, link: Link, look: Look) -> Block | None:
    """The dialog before what cannot be taken back, or None where a form or nothing at all follows."""
    dialogs: Mapping[Action, Callable[[Story, Link, str], Block]] = {
        Action.CAPTURE: _ask_capture,
        Action.RELEASE: _ask_release,
        Action.CANCEL: _ask_cancel,
        Action.HUNG_UP: partial(_ask_hung_up, look=look),
        Action.SEND_EMAIL: partial(_ask_send_email, look=look),
        Action.GIVE_BACK: _ask_give_back,
        Action.KEEP: _ask_keep,
        Action.TRY_AGAIN: _ask_try_again,
        Action.SEND_AGAIN: _ask_send_again,
    }
    if action not in dialogs or (action is Action.KEEP and not link.facts.open_to_capture):
        return None
    return dialogs[action](story, link, look.money(_amount(action, link), link.currency))


def _amount(action: Action, link: Link) -> int:
    """What a press would move: all that is open, or what the first attempt was about."""
    if action is Action.TRY_AGAIN and link.operation is not None:
        return link.operation.amount
    return open_amount(link, action)


def _ask_capture(story: Story, link: Link, amount: str) -> Block:
    return _dialog(
        f"Capture {amount}?",
        f"{amount} is taken from {_whom(story)} for {link.reference}.",
        "Capture",
    )


def _ask_keep(story: Story, link: Link, amount: str) -> Block:
    return _dialog(
        f"Keep {amount}?",
        f"The reserved {amount} is captured: {_whom(story)} pays {link.reference} after all.",
        "Keep and capture",
    )


def _ask_release(_: Story, link: Link, amount: str) -> Block:
    return _dialog(
        f"Release {amount}?" if link.facts.captured else f"Cancel {link.reference} and release {amount}?",
        f"The reservation of {amount} for {link.reference} is let go. The customer "
        "keeps the money, and it cannot be captured afterwards. You are asked once more.",
        "Release",
        danger=True,
    )


def _ask_cancel(_: Story, link: Link, __: str) -> Block:
    return _dialog(
        "Cancel this link?",
        f"The customer can no longer pay {link.reference} with it. A payment that is under way may be stopped.",
        "Cancel link",
        danger=True,
    )


def _ask_hung_up(story: Story, _: Link, __: str, look: Look) -> Block:
    follows = what_follows(story.order.delivery, story.order.methods, look)
    return _dialog("A day instead of minutes?", f"{follows} It lives for 1 day.", "Go on")


def _ask_send_email(story: Story, _: Link, __: str, look: Look) -> Block:
    return _dialog("Send it by e-mail?", what_follows(Delivery.EMAIL, story.order.methods, look), "Send")


def _ask_give_back(story: Story, link: Link, amount: str) -> Block:
    if link.status is Status.CAPTURED:
        words = f"{amount} is refunded to {_whom(story)} for {link.reference}. This cannot be taken back."
    else:
        words = f"The reservation of {amount} for {link.reference} is let go and cannot be captured afterwards."
    return _dialog(f"Give back {amount}?", words, "Give back", danger=True)


def _ask_try_again(_: Story, link: Link, amount: str) -> Block:
    kind = link.operation.kind if link.operation else Kind.CAPTURE
    if kind is Kind.CANCEL:
        follows = " Then the new link that was wanted goes out." if link.operation and link.operation.draft_id else ""
        title, then = f"{_AGAIN[kind]} again?", f"before it asks Dintero again.{follows}"
    else:
        title, then = f"{_AGAIN[kind]} {amount} again?", "and goes on only if the same amount is still open."
    return _dialog(
        title,
        f"Ten minutes have passed without a trace of the first attempt. Paylink reads the payment once more, {then}",
        "Try again",
        danger=True,
    )


def _ask_send_again(story: Story, link: Link, _: str) -> Block:
    if link.status is Status.REJECTED:
        words = f"A new link for {story.order.reference} is made. The first one was never created."
    elif link.delivery not in TO_PHONE:
        words = (
            f"Another link for {story.order.reference} is made. Nothing went out for the first one; if it was made all "
            "the same, Paylink watches both."
        )
    else:
        words = (
            f"A second message goes out to {_whom(story)}, and the first may have arrived. "
            "Ask the customer to pay only the newest one; Paylink watches both."
        )
    return _dialog("Send again?", words, "Send again")


def _whom(story: Story) -> str:
    return f"the customer ({customer(story)})" if story.order.phone else "the customer"


def _dialog(title: str, words: str, yes: str, *, danger: bool = False) -> Block:
    dialog: Block = {
        "title": plain(title, 100),
        "text": plain(words, 300),
        "confirm": plain(yes, 30),
        "deny": plain("Go back", 30),
    }
    return dialog | ({"style": "danger"} if danger else {})
