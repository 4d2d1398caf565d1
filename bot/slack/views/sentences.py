"""What the thread says about each kind of event: mrkdwn, one to three short sentences, money first."""

from collections.abc import Callable, Mapping
from typing import Final

from bot.domain.actions import needs_backoffice
from bot.domain.events import Event, Happened, Source
from bot.domain.links import Link, Status
from bot.domain.orders import TO_PHONE
from bot.domain.stories import Story
from bot.slack.views import operation_sentences
from bot.slack.views.blocks import Look, escape, person
from bot.slack.views.notes import delivery_note
from bot.slack.views.words import (
    OUTSIDE,
    RETURN_IN_BACKOFFICE,
    UNREAD_PAYMENT,
    because,
    differing,
    held,
    paid_apart,
    time_left,
    what_differs,
)

Teller = Callable[[Story, Link, Event, Look], str]


def sentence(story: Story, link: Link, event: Event, look: Look) -> str:
    """The event in words, its emoji in front."""
    return _TELLERS[event.kind](story, link, event, look)


def typed_words(story: Story, event: Event) -> str:
    """What a person typed about the event, on one line: it follows the sentence and is shown as it was typed."""
    typed = {
        Happened.NOTED: story.order.note,
        Happened.REFUNDED: event.data.get("reason") if event.source is Source.SLACK else None,
    }.get(event.kind)
    return " ".join(str(typed or "").split())


def _money(event: Event, key: str, link: Link, look: Look) -> str:
    found = event.data.get(key)
    return look.money(found, link.currency) if isinstance(found, int) else "money"


def _method(event: Event) -> str:
    method = event.data.get("method")
    return f" with {escape(str(method))}" if method else ""


def _loud(story: Story, link: Link, event: Event) -> str:
    """What to shout when money came twice or too late; else an empty string."""
    others = [other for other in story.links if other.id != link.id and held(other)]
    if others:
        return f"🚨 *Paid twice.* {escape(others[-1].reference)} holds money as well. "
    if event.data.get("double"):
        return "🚨 *Paid twice.* Another link of this order was paid as well. "
    if event.data.get("late"):
        return f"🚨 *Late money:* the link {'had been replaced' if link.replaced else 'had ended'}. "
    return ""


def _authorized(story: Story, link: Link, event: Event, look: Look) -> str:
    told = f"{_money(event, 'amount', link, look)} reserved{_method(event)}."
    if link.amount_differs:
        return f"{_loud(story, link, event) or '🔒 '}{told} {_other_than_asked(link, look)}"
    if loud := _loud(story, link, event):
        return f"{loud}{told}{_decide(link)}"
    if event.data.get("automatic"):
        return f"🔒 {told} Dintero captures it by itself."
    return f"🔒 {told} Capture it when you deliver."


def _captured(story: Story, link: Link, event: Event, look: Look) -> str:
    amount = _money(event, "amount", link, look)
    if event.source is Source.SLACK:
        return f"✅ {person(event.actor)} captured {amount}{_so_far(link, event, look)}."
    loud = _loud(story, link, event)
    if event.source is Source.CUSTOMER:
        what_now = f" {_other_than_asked(link, look)}" if link.amount_differs else _decide(link)
        return f"{loud or '✅ '}{amount} paid{_method(event)}.{what_now}"
    how = "automatically" if event.source is Source.AUTOMATIC else OUTSIDE
    so_far = _so_far(link, event, look)
    first = event.data.get("captured") == event.data.get("amount")
    told = f"{amount}{so_far} captured {how}" if first else f"{amount} captured {how}{so_far}"
    return f"{loud or '✅ '}{told}.{_decide(link)}"


def _decide(link: Link) -> str:
    return " Keep it or give it back." if link.facts.late and not needs_backoffice(link) else ""


def _other_than_asked(link: Link, look: Look) -> str:
    return f"*{look.money(link.amount, link.currency)} was asked for.* {what_differs(link)}"


def _second_payment(_: Story, link: Link, event: Event, look: Look) -> str:
    amount = _money(event, "amount", link, look)
    if event.data.get("alone"):
        return f"🚨 {paid_apart(amount)}"
    return f"🚨 *Paid twice.* Dintero shows a second payment of {amount} on this link. {RETURN_IN_BACKOFFICE}"


def _amount_differs(_: Story, link: Link, __: Event, look: Look) -> str:
    return f"⚠️ {differing(link, look)}"


def _so_far(link: Link, event: Event, look: Look) -> str:
    captured, total = event.data.get("captured"), event.data.get("total")
    if not (isinstance(captured, int) and isinstance(total, int)) or captured >= total:
        return ""
    of_all = f"of {look.money(total, link.currency)}"
    return (
        f" {of_all}"
        if captured == event.data.get("amount")
        else f"; {look.money(captured, link.currency)} {of_all} so far"
    )


def _refunded(_: Story, link: Link, event: Event, look: Look) -> str:
    amount = _money(event, "amount", link, look)
    if event.source is Source.SLACK:
        return f"↩️ {person(event.actor)} refunded {amount}{'' if event.data.get('reason') else '.'}"
    return f"↩️ {amount} refunded {OUTSIDE}."


def _voided(_: Story, link: Link, event: Event, look: Look) -> str:
    amount = _money(event, "amount", link, look)
    what = f"uncaptured rest of {amount}" if event.data.get("rest") else f"reservation of {amount}"
    if event.source is Source.SLACK:
        return f"↩️ {person(event.actor)} released the {what}."
    return f"↩️ The {what} was released {OUTSIDE}."


def _paid_while_cancelling(_: Story, link: Link, event: Event, look: Look) -> str:
    return (
        f"🚨 *The customer had just paid when {person(event.actor)} cancelled.* The reservation of "
        f"{_money(event, 'amount', link, look)} was released with the link. "
        "If the customer still wants to buy, issue a new link."
    )


def _cancelled(_: Story, __: Link, event: Event, ___: Look) -> str:
    if event.source is Source.SLACK:
        return f"🚫 {person(event.actor)} cancelled the link."
    if event.source is Source.CUSTOMER:
        return "🚫 The link was cancelled by the customer."
    return f"🚫 The link was cancelled {OUTSIDE}."


def _corrected(_: Story, link: Link, event: Event, look: Look) -> str:
    captured, refunded = (_money(event, key, link, look) for key in ("captured", "refunded"))
    return f"🚨 *Dintero corrected the amounts:* captured {captured}, refunded {refunded}. Check before you act."


def _attempt_failed(_: Story, __: Link, event: Event, ___: Look) -> str:
    return f"⚠️ A payment attempt failed{because(event.data.get('reason'))} The customer can try again."


def _failed(_: Story, __: Link, event: Event, ___: Look) -> str:
    return f"❌ The payment failed for good{because(event.data.get('reason'))} A new link is needed to pay."


def _noted(_: Story, __: Link, event: Event, ___: Look) -> str:
    return f"📝 {person(event.actor)}"


def _sent_anyway(_: Story, __: Link, event: Event, ___: Look) -> str:
    names = [f"*{escape(name)}*" for name in str(event.data.get("references") or "").split(", ") if name]
    elsewhere = event.data.get("elsewhere")
    count = elsewhere if isinstance(elsewhere, int) else 0
    if count:
        names.append("a link in another conversation" if count == 1 else f"{count} links in other conversations")
    *others, last = names or ["a similar link"]
    them = f"{', '.join(others)} and {last}" if others else last
    return f"👯 {person(event.actor)} sent it although {them} {'were' if others or count > 1 else 'was'} open."


def _not_delivered(story: Story, link: Link, event: Event, look: Look) -> str:
    if event.data.get("reminder"):
        return f"📵 The reminder by e-mail was not delivered{because(event.data.get('reason'))}"
    if event.data.get("reason"):
        return (
            f"📵 The e-mail was not delivered{because(event.data.get('reason'))} Press _Show link_ and share the link "
            "yourself, or send it another way with _Send again…_"
        )
    note = delivery_note(story.order, link.facts, look) if story.order.delivery in TO_PHONE else ""
    return f"📵 {note or 'The message was not delivered. Share the link yourself.'}"


def _maybe_sent(_: Story, __: Link, event: Event, ___: Look) -> str:
    what = "the reminder by e-mail" if event.data.get("reminder") else "the e-mail"
    told = f"❓ *Not sure {what} was sent:* the mail server did not confirm it."
    return (
        told
        if event.data.get("reminder")
        else f"{told} Ask the customer; if it did not arrive, _Send again…_ sends another."
    )


def _nudged(story: Story, link: Link, event: Event, _: Look) -> str:
    left = time_left(event.at, link.expires_at)
    return f"⏰ {person(story.order.issuer)}, {escape(link.reference)} is not paid yet. {left} left to pay."


def _qr_shown(_: Story, link: Link, __: Event, look: Look) -> str:
    return f"🔳 The customer scans this code to pay {look.money(link.amount, link.currency)}."


def _reminders_stopped(_: Story, __: Link, event: Event, ___: Look) -> str:
    return f"⏰ {person(event.actor)} stopped the reminders."


def _rejected(_: Story, link: Link, __: Event, ___: Look) -> str:
    return f"⛔ The link could not be created{because(link.facts.rejection)}"


def _uncertain(_: Story, link: Link, __: Event, ___: Look) -> str:
    if link.status is not Status.UNCERTAIN:
        return "❓ Dintero did not answer when the link was created."
    if link.delivery not in TO_PHONE:
        return (
            "❓ *Not sure there is a link:* Dintero did not answer, and nothing went out to the customer. Press "
            "_Send again_ for another."
        )
    return (
        "❓ *Not sure the link was sent:* Dintero did not answer. Ask the customer whether the message arrived, "
        "and press _It arrived_ or _Send again_."
    )


def _vouched(_: Story, __: Link, event: Event, ___: Look) -> str:
    return f"📨 {person(event.actor)} says that the message arrived. Paylink waits for the payment."


def _found(_: Story, link: Link, __: Event, ___: Look) -> str:
    told = "🔎 The link was found at Dintero: it was made after all."
    if link.replaced and link.status is Status.OPEN:
        return f"{told} *It can still be paid*, beside the newer one: cancel it if it should not."
    return told


def _sent_again(_: Story, __: Link, event: Event, ___: Look) -> str:
    reference = event.data.get("reference")
    name = f" as {escape(str(reference))}" if reference else ""
    return f"📨 {person(event.actor)} sent it again{name}{_although(event)}. The first one is watched as well."


def _replaced(_: Story, link: Link, event: Event, look: Look) -> str:
    reference = escape(str(event.data.get("reference") or ""))
    told = [_price(event, look), escape(str(event.data.get("changed") or ""))]
    changed = ", ".join(one for one in told if one)
    why = f": {changed}" if changed else ""
    who = f"Asked for by {person(event.actor)}{_although(event)}."
    return f"🔁 *{reference} replaces {escape(link.reference)}*{why}. {who}"


def _price(event: Event, look: Look) -> str:
    """Both amounts, where the price was changed."""
    match event.data:
        case {"was": int(was), "was_in": str(was_in), "is": int(now), "is_in": str(now_in)}:
            return f"*the price from {look.money(was, was_in)} to {look.money(now, now_in)}*"
    return ""


def _although(event: Event) -> str:
    """That more messages went out than usual, with the right to send them."""
    sent = event.data.get("sent")
    return f", although {sent} messages had gone out" if sent else ""


def _not_replaced(_: Story, __: Link, event: Event, ___: Look) -> str:
    return f"✋ {person(event.actor)} wanted to send it again. Nothing new was sent{because(event.data.get('reason'))}"


def _auto_capture_missing(_: Story, link: Link, event: Event, look: Look) -> str:
    amount = _money(event, "amount", link, look)
    if event.data.get("over"):
        return f"⏰ *The automatic capture of {amount} did not happen.* Capture it here before the reservation lapses."
    return (
        f"⏰ {amount} is reserved and the automatic capture has not come. "
        "Is automatic capture enabled on your Dintero account?"
    )


def _always(words: str) -> Teller:
    return lambda _story, _link, _event, _look: words


def _issued(_: Story, link: Link, event: Event, look: Look) -> str:
    return f"📨 {person(event.actor)} issued a link for {look.money(link.amount, link.currency)}."


def _unfollowed(_: Story, __: Link, event: Event, ___: Look) -> str:
    account = escape(str(event.data.get("account") or "another account"))
    return (
        f"🔌 *Paylink no longer follows this link.* It was made with Dintero account {account}, and Paylink now uses "
        "another one. Look it up in that account's Backoffice before you ask for the money again."
    )


def _kept(_: Story, __: Link, event: Event, ___: Look) -> str:
    return f"✅ {person(event.actor)} decided to keep the late money."


_TELLERS: Final[Mapping[Happened, Teller]] = {
    Happened.ISSUED: _issued,
    Happened.NOTED: _noted,
    Happened.SENT_ANYWAY: _sent_anyway,
    Happened.NOT_DELIVERED: _not_delivered,
    Happened.MAYBE_SENT: _maybe_sent,
    Happened.QR_SHOWN: _qr_shown,
    Happened.NUDGED: _nudged,
    Happened.EMAILED: _always("📨 The customer was reminded by e-mail."),
    Happened.REMINDERS_STOPPED: _reminders_stopped,
    Happened.REJECTED: _rejected,
    Happened.UNCERTAIN: _uncertain,
    Happened.VOUCHED: _vouched,
    Happened.FOUND: _found,
    Happened.REPLACED: _replaced,
    Happened.NOT_REPLACED: _not_replaced,
    Happened.SENT_AGAIN: _sent_again,
    Happened.OPENED: _always("👀 The customer opened the link."),
    Happened.REPORTED: _always(
        "🚩 *The customer reported this link.* Paylink no longer offers it on its page; "
        "cancel it if something is wrong."
    ),
    Happened.ATTEMPT_FAILED: _attempt_failed,
    Happened.PENDING: _always("⏸️ The provider is checking the payment before it reserves the money."),
    Happened.AUTHORIZED: _authorized,
    Happened.CAPTURED: _captured,
    Happened.REFUNDED: _refunded,
    Happened.VOIDED: _voided,
    Happened.PAID_WHILE_CANCELLING: _paid_while_cancelling,
    Happened.CANCELLED: _cancelled,
    Happened.EXPIRED: _always("⌛ The link expired and was not paid."),
    Happened.FAILED: _failed,
    Happened.CORRECTED: _corrected,
    Happened.PAYMENT_UNCLEAR: _always(f"🚨 {UNREAD_PAYMENT}"),
    Happened.SECOND_PAYMENT: _second_payment,
    Happened.AMOUNT_DIFFERS: _amount_differs,
    Happened.KEPT: _kept,
    Happened.ASKED: operation_sentences.asked,
    Happened.NOT_SENT: operation_sentences.not_sent,
    Happened.REFUSED: operation_sentences.refused,
    Happened.UNKNOWN: operation_sentences.unknown,
    Happened.AUTO_CAPTURE_MISSING: _auto_capture_missing,
    Happened.ABSENT: operation_sentences.absent,
    Happened.UNFOLLOWED: _unfollowed,
}
