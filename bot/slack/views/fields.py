"""The fields of the form, one function each: a stored draft in, an input block out."""

from typing import Final

from bot.domain.drafts import CURRENCIES, DEADLINES, EXCL, INCL, Draft, DraftLine, vat_rates
from bot.domain.orders import Capture, Delivery, Remind
from bot.domain.typed import MAX_REFERENCE
from bot.slack import ids
from bot.slack.views.blocks import Block, fit, option, plain

_DEADLINE_WORDS: Final = {"30m": "30 minutes", "1h": "1 hour", "1d": "1 day", "7d": "1 week", "30d": "1 month"}
STOP: Final = "stop"
GO_ON: Final = "go_on"
"""What reminders do once the customer has opened the link."""
_UNITS: Final = {"m": "minute", "h": "hour", "d": "day", "w": "week"}
_INITIAL_LIMIT: Final = 3000


def text_input(
    block_id: str, label: str, value: str, *, placeholder: str = "", hint: str = "", optional: bool = False
) -> Block:
    """A one-line text field."""
    element: Block = {"type": "plain_text_input", "action_id": ids.FIELD}
    if value:
        element["initial_value"] = fit(value, _INITIAL_LIMIT)
    if placeholder:
        element["placeholder"] = plain(placeholder, 150)
    return field(block_id, label, element, hint=hint, optional=optional)


def choice(block_id: str, label: str, kind: str, options: list[Block], chosen: str) -> Block:
    """A menu or radio buttons, with `chosen` preset when it is offered."""
    element: Block = {"type": kind, "action_id": ids.FIELD, "options": options}
    preset = [one for one in options if one["value"] == chosen]
    if preset:
        element["initial_option"] = preset[0]
    return field(block_id, label, element)


def field(block_id: str, label: str, element: Block, *, hint: str = "", optional: bool = False) -> Block:
    """An input block around an element."""
    block: Block = {"type": "input", "block_id": block_id, "label": plain(label, 150), "element": element}
    if hint:
        block["hint"] = plain(hint, 300)
    return block | ({"optional": True} if optional else {})


def phone(draft: Draft) -> Block:
    """The customer's number; Slack insists on it while an SMS is to go out.

    In a redrawn form an emptied field and a lost one look alike to us (Slack reference §8): only because Slack refuses
    to send it empty can a number that the person deleted not come back as the stored one.
    """
    needed = draft.delivery == Delivery.SMS
    hint = "" if needed else "Nothing is sent to it; it only stands masked on the card."
    return text_input(ids.PHONE, "Mobile number", draft.phone, placeholder="912 34 567", hint=hint, optional=not needed)


def text(line: DraftLine, generation: int) -> Block:
    """What is sold."""
    block_id = ids.block_id(ids.TEXT, line.line_id, generation)
    return text_input(block_id, "What for", line.text, placeholder="Tow bar, fitted")


def quantity(line: DraftLine, generation: int) -> Block:
    """How many."""
    block_id = ids.block_id(ids.QUANTITY, line.line_id, generation)
    return text_input(block_id, "Quantity", line.quantity, placeholder="1,5")


def price(line: DraftLine, draft: Draft, currency: str, generation: int, *, each: bool) -> Block:
    """The price of one, as the draft's prices are meant; `currency` is the draft's, `each` stands by a quantity."""
    label = f"Price{' each' if each else ''} {'excl.' if draft.prices == EXCL else 'incl.'} VAT ({currency})"
    return text_input(ids.block_id(ids.PRICE, line.line_id, generation), label, line.price, placeholder="249,50")


def telling_on_enter(block: Block) -> Block:
    """A text field that tells us when Enter is pressed in it."""
    config = {"trigger_actions_on": ["on_enter_pressed"]}
    return block | {"dispatch_action": True, "element": block["element"] | {"dispatch_action_config": config}}


def vat(line: DraftLine, country: str, generation: int) -> Block:
    """The VAT rate, with the draft's own when it is none of the usual."""
    usual = vat_rates(country)
    own = [line.vat] if line.vat and line.vat not in usual else []
    options = [option(f"{rate} %", rate) for rate in (*usual, *own)]
    return choice(ids.block_id(ids.VAT, line.line_id, generation), "VAT", "static_select", options, line.vat)


def reference(draft: Draft) -> Block:
    """The order number the customer and the books know."""
    hint = f"Letters, digits and hyphens, at most {MAX_REFERENCE}. Leave it empty and one is made up."
    return text_input(ids.REFERENCE, "Reference", draft.reference, placeholder="4711", hint=hint, optional=True)


def deadline(draft: Draft) -> Block:
    """How long the link lives, with the draft's own deadline when it is none of the usual."""
    words = {value: _DEADLINE_WORDS[value] for value in DEADLINES}
    own = deadline_words(draft.deadline)
    if draft.deadline and draft.deadline not in words:
        words = {value: said for value, said in words.items() if said != own} | {draft.deadline: own}
    options = [option(said, fit(value, 75)) for value, said in words.items()]
    return choice(ids.DEADLINE, "Pay within", "static_select", options, draft.deadline)


def capture(draft: Draft) -> Block:
    """Whether money is only reserved at first."""
    options = [
        option("Reserve first", Capture.RESERVE, "Capture it here when you deliver"),
        option("Capture automatically", Capture.AUTOMATIC, "Dintero takes the money once it is reserved"),
    ]
    return choice(ids.CAPTURE, "Money", "radio_buttons", options, draft.capture)


def delivery(draft: Draft) -> Block:
    """How the customer gets the link; tells us at once, because the phone is needed only for a message."""
    options = [
        option("Send it by SMS or push", Delivery.SMS),
        option("Just give me the link", Delivery.LINK, "Nothing is sent; no mobile number needed"),
    ]
    return choice(ids.DELIVERY, "Delivery", "radio_buttons", options, draft.delivery) | {"dispatch_action": True}


def email(draft: Draft) -> Block:
    """Where a receipt may go."""
    hint = "For the payment page and the provider's receipt."
    return text_input(
        ids.EMAIL, "Customer's e-mail", draft.email, placeholder="kari@example.com", hint=hint, optional=True
    )


def note(draft: Draft) -> Block:
    """What colleagues should know."""
    hint = "Stands in the thread. The customer never sees it."
    return text_input(
        ids.NOTE, "Note", draft.note, placeholder="Called twice, wants it by Friday", hint=hint, optional=True
    )


def remind(draft: Draft, *, mails: bool) -> Block:
    """What happens while the customer does not pay; a mail to them only where there is a mail server."""
    options = [
        option("No reminders", Remind.NONE),
        option("Remind me in the thread", Remind.NUDGE),
        *([option("E-mail the customer again", Remind.EMAIL)] if mails else []),
    ]
    hint = "At most three, spread over the time to pay, from 9 to 20 o'clock."
    return choice(ids.REMIND, "Reminders", "static_select", options, draft.remind) | {"hint": plain(hint)}


def remind_opened(draft: Draft) -> Block:
    """When reminders end; no box to tick, because one that is emptied cannot be told from one that Slack lost (§8)."""
    options = [option("It is opened or paid", STOP), option("Only when it is paid", GO_ON)]
    chosen = GO_ON if draft.remind_opened else STOP
    return choice(ids.REMIND_OPENED, "Reminders end when", "radio_buttons", options, chosen)


def currency(draft: Draft, own: str) -> Block:
    """What the prices are in; tells us at once, because the labels name it."""
    options = [option(one, one) for one in dict.fromkeys((own, *CURRENCIES, draft.currency or own))]
    block_id = ids.block_id(ids.CURRENCY, generation=draft.revision)
    return choice(block_id, "Currency", "static_select", options, draft.currency or own) | {"dispatch_action": True}


def prices(draft: Draft) -> Block:
    """Whether VAT is in the prices already; tells us at once, because the labels say it."""
    options = [option("Incl. VAT", INCL), option("Excl. VAT", EXCL, "VAT is added to each line")]
    block_id = ids.block_id(ids.PRICES, generation=draft.revision)
    return choice(block_id, "Prices are", "radio_buttons", options, draft.prices) | {"dispatch_action": True}


def deadline_words(deadline: str) -> str:
    """`3d` → `3 days`; a date as it is."""
    count, unit = deadline[:-1], _UNITS.get(deadline[-1:])
    if unit is None or not count.isdecimal():
        return deadline
    return f"{int(count)} {unit}" if int(count) == 1 else f"{int(count)} {unit}s"
