"""What the form becomes after *Send*: creating, still waiting, the link, or why there is none."""

from collections.abc import Mapping, Sequence
from typing import Final

from bot.domain.links import Delivered, Link
from bot.domain.orders import TO_PHONE, Delivery, Order
from bot.domain.phones import mask_number
from bot.domain.stories import Story
from bot.slack import ids
from bot.slack.views.aloud import promised, read_aloud
from bot.slack.views.blocks import Block, Look, context, escape, modal, section
from bot.slack.views.issue_form import TITLE
from bot.slack.views.notes import lifetime, opening
from bot.slack.views.words import because, customer, message

_READY: Final = "🔗 *Ready to share*"
_DELIVERED: Final[Mapping[Delivered, tuple[str, str]]] = {
    Delivered.SENT: ("📨 *Sent*", ""),
    Delivered.BY_PROFILE: ("📨 *Sent*", "The payment profile sends it, the way it is set up at Dintero."),
    Delivered.SKIPPED: ("📵 *Not delivered*", "No {message} was sent to this number. Share the link below yourself."),
    Delivered.FAILED: ("📵 *Not delivered*", "The {message} was not delivered. Share the link below yourself."),
    Delivered.SIMULATED: (_READY, "Sandbox: no {message} is sent. Open the link below yourself."),
    Delivered.ON_ITS_WAY: ("📨 *E-mail on its way*", "The card says so once a mail server has taken it."),
    Delivered.MAYBE: ("❓ *Not sure it was sent*", "The mail server did not confirm the e-mail. Ask the customer."),
    Delivered.NONE: (_READY, "Nothing is sent to the customer. Share the link below yourself."),
}
_OTHERWISE: Final[Mapping[tuple[Delivery, Delivered], tuple[str, str]]] = {
    (Delivery.EMAIL, Delivered.FAILED): (
        "📵 *Not delivered*",
        "The e-mail was not delivered. Share the link yourself.",
    ),
    (Delivery.EMAIL, Delivered.NONE): (_READY, "Nothing is sent by itself. Send the mail from your own mail app:"),
    (Delivery.QR, Delivered.NONE): (
        _READY,
        "The customer scans this code. It stands in the thread of the card as well.",
    ),
}
"""Where the way of delivery makes another sentence of it."""
NOT_SAVED: Final = "Not saved. Press Send again."
"""Beside the first field, when the transaction behind *Send* failed."""
NOT_CERTAIN: Final = "Not certain it was saved. Press Send again; it is never sent twice."
"""When it took too long and may still come through."""


def sent_before(order: Order, look: Look) -> str:
    """Beside the first field of a form that was changed after a *Send* that was saved after all."""
    to = f" to {mask_number(order.phone)}" if order.phone else ""
    return (
        f"The first Send was saved after all: {look.money(order.amount, order.currency)}{to}. "
        "Cancel that link on its card, or close this form and start over."
    )


def creating_form() -> Block:
    """Right after *Send*."""
    return _notice(section("⏳ *Creating link…*"))


def still_waiting_form() -> Block:
    """When Dintero takes its time."""
    return _notice(
        section("⏳ *Creating link…*"),
        section("Dintero is still busy. You may close this; the card shows how it goes."),
    )


def created_form(story: Story, url: str | None, look: Look, carriers: Sequence[Block] = ()) -> Block:
    """The link is there, and what carries it. Only the person who issued it sees this form, so it may show the link."""
    link = story.newest
    order, facts = story.order, link.facts
    sandbox = look.sandbox and order.delivery in TO_PHONE
    delivered = Delivered.SIMULATED if sandbox else facts.delivered
    head, note = _OTHERWISE.get((order.delivery, delivered)) or _DELIVERED[delivered]
    said = (note.format(message=message(order.methods)), opening(order, facts), lifetime(order, facts))
    told = [sentence for sentence in said if sentence]
    amount = look.money(link.amount, link.currency)
    blocks = [section(f"{head} · {amount} · {escape(link.reference)} · {customer(story)}")]
    if told:
        blocks.append(section(" ".join(told)))
    blocks += carriers
    if url:
        blocks += [section("The link, to copy:"), _copyable(url)]
    blocks.append(section(f"The customer can pay until {look.date(link.expires_at)}. The card shows how it goes."))
    blocks.append(read_aloud(promised(story, link, by_hand=delivered is Delivered.SIMULATED), look))
    return _notice(*blocks)


def uncertain_form(link: Link) -> Block:
    """Dintero did not answer."""
    there = "the customer may or may not have got a message" if link.delivery in TO_PHONE else "there may be a link"
    return _notice(
        section("❓ *Not sure it was sent*"),
        section(
            f"Dintero did not answer, so {there}. Paylink is looking for the link; the card shows what it finds. "
            "Please do not issue it again before that."
        ),
    )


def rejected_form(reason: str | None) -> Block:
    """Dintero refused."""
    return _notice(
        section("⛔ *Could not be created*"),
        section(f"Dintero did not make this link{because(reason)} Nothing was sent to the customer."),
        section("The card has a button to try again, or start over with `/paylink`."),
    )


def not_done_form(sentence: str, code: str) -> Block:
    """What a form becomes when what it asked for is refused or went wrong."""
    return modal(
        "Not done", [section(sentence), context(f"Code: {escape(code)}")], callback_id=ids.VIEW_RESULT, metadata=""
    )


def _copyable(url: str) -> Block:
    """In rich text nothing is parsed, so the link is copied exactly as it is."""
    code = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": url}]}
    return {"type": "rich_text", "elements": [code]}


def _notice(*blocks: Block) -> Block:
    return modal(TITLE, list(blocks), callback_id=ids.VIEW_RESULT, metadata="")
