"""The fields of the form, one function each: a stored draft in, an input block out."""

from datetime import datetime
from typing import Final

from bot.domain.choices import MAX_OPTIONS, Choices
from bot.domain.drafts import A_DATE, CURRENCIES, DEADLINES, EXCL, INCL, Draft, DraftLine, opens_in_wallet, vat_rates
from bot.domain.field_parsers import MAX_REFERENCE, PHONE, is_day, parse_deadline
from bot.domain.methods import opens_app, sole_wallet, title, wallet_life
from bot.domain.orders import TO_PHONE, Capture, Delivery, Remind
from bot.slack import ids
from bot.slack.views.aloud import moment
from bot.slack.views.blocks import Block, Look, fit, option, plain

_DEADLINE_WORDS: Final = {
    PHONE: "On the phone (30 minutes)",
    "30m": "30 minutes",
    "1h": "1 hour",
    "1d": "1 day",
    "7d": "1 week",
    "30d": "1 month",
}
STOP: Final = "stop"
GO_ON: Final = "go_on"
"""What reminders do once the customer has opened the link."""
_UNITS: Final = {"m": "minute", "h": "hour", "d": "day", "w": "week"}
_INITIAL_LIMIT: Final = 3000
NO_ADDRESS: Final = "-"
"""The value of *Not needed*; no way of shipping is called so."""
_WAYS: Final = (
    option("Send it by SMS or push", Delivery.SMS, "Dintero sends it to the mobile number"),
    option("Send it by e-mail", Delivery.EMAIL, "To the customer's e-mail address"),
    option("Just give me the link", Delivery.LINK, "Nothing is sent; no mobile number needed"),
    option("Show a QR code", Delivery.QR, "A picture in the thread, for a customer at the counter"),
    option("Give me the app link", Delivery.APP, "It opens Vipps or MobilePay on the customer's phone"),
    option("Leave it to the payment profile", Delivery.PROFILE, "For profiles that send every link by themselves"),
)


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


def choice(block_id: str, label: str, kind: str, options: list[Block], chosen: str, *, hint: str = "") -> Block:
    """A menu or radio buttons, with `chosen` preset when it is offered."""
    element: Block = {"type": kind, "action_id": ids.FIELD, "options": options}
    preset = [one for one in options if one["value"] == chosen]
    if preset:
        element["initial_option"] = preset[0]
    return field(block_id, label, element, hint=hint)


def field(block_id: str, label: str, element: Block, *, hint: str = "", optional: bool = False) -> Block:
    """An input block around an element."""
    block: Block = {"type": "input", "block_id": block_id, "label": plain(label, 150), "element": element}
    if hint:
        block["hint"] = plain(hint, 300)
    return block | ({"optional": True} if optional else {})


def phone(draft: Draft, told: str = "") -> Block:
    """The customer's number; Slack insists on it while a message is to go out to it, of which `told` says how.

    In a redrawn form an emptied field and a lost one look alike to us (Slack reference §8): only because Slack refuses
    to send it empty can a number that the person deleted not come back as the stored one.
    """
    needed = draft.delivery in TO_PHONE
    mailed = draft.delivery == Delivery.EMAIL
    unused = "Nothing is sent to it." if mailed else "Nothing is sent to it; it only stands masked on the card."
    hint = told if needed else unused
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


def reference(draft: Draft, coming: str = "") -> Block:
    """The order number the customer and the books know; `coming` is what an empty one becomes, where it is known."""
    empty = f"Empty: {coming}." if coming else "Leave it empty and one is made up."
    hint = f"Letters, digits and hyphens, at most {MAX_REFERENCE}. {empty}"
    return text_input(ids.REFERENCE, "Reference", draft.reference, placeholder="4711", hint=hint, optional=True)


def deadline(draft: Draft, generation: int = 0) -> Block:
    """How long the link lives, with the draft's own deadline when it is none of the usual.

    Another generation shows what was preset anew: under the same id Slack would keep what stood there.
    """
    words = {value: _DEADLINE_WORDS[value] for value in DEADLINES}
    own = deadline_words(draft.deadline)
    if draft.deadline and draft.deadline not in words:
        words = {value: said for value, said in words.items() if said != own} | {draft.deadline: own}
    options = [option(said, fit(value, 75)) for value, said in words.items()]
    block_id = ids.block_id(ids.DEADLINE, generation=generation)
    return choice(block_id, "Pay within", "static_select", options, draft.deadline)


def pay_within(draft: Draft, now: datetime, look: Look) -> Block:
    """How long the link lives, or until which day, with the moment it ends; tells us at once, because that changes."""
    hint = _until(draft, now, look)
    if is_day(draft.deadline):
        element: Block = {"type": "datepicker", "action_id": ids.FIELD, "initial_date": draft.deadline}
        return field(ids.DATE, "Pay before the end of", element, hint=hint) | {"dispatch_action": True}
    menu = deadline(draft, generation=int(opens_in_wallet(draft, look.choices)))
    options = [*menu["element"]["options"], option("A date…", A_DATE)]
    told = menu | {"element": menu["element"] | {"options": options}, "dispatch_action": True}
    return told | ({"hint": plain(hint, 300)} if hint else {})


def _until(draft: Draft, now: datetime, look: Look) -> str:
    try:
        until = moment(parse_deadline(draft.deadline, now, look.zone), look)
    except ValueError as wrong:
        return str(wrong)
    return f"Until {until}." if is_day(draft.deadline) else f"If you send it now: until {until}."


def capture(draft: Draft) -> Block:
    """Whether money is only reserved at first."""
    options = [
        option("Reserve first", Capture.RESERVE, "Capture it here when you deliver"),
        option("Capture automatically", Capture.AUTOMATIC, "Dintero takes the money once it is reserved"),
    ]
    return choice(ids.CAPTURE, "Money", "radio_buttons", options, draft.capture)


def delivery(draft: Draft, choices: Choices) -> Block:
    """How the customer gets the link; tells us at once, because other fields are needed then.

    An app can only be opened where its method can be chosen alone.
    """
    app = draft.delivery == Delivery.APP or any(opens_app((method,)) for method in choices.methods)
    options = [way for way in _WAYS if app or way["value"] != Delivery.APP]
    told = push_note(draft, choices) or _app_note(draft, choices)
    return choice(ids.DELIVERY, "Delivery", "radio_buttons", options, draft.delivery, hint=told) | {
        "dispatch_action": True
    }


def _app_note(draft: Draft, choices: Choices) -> str:
    """How long an app link lives, once it is chosen."""
    wallet = sole_wallet(choices.payable(draft.methods)) or "The app"
    return short_life(wallet) if draft.delivery == Delivery.APP else ""


def push_note(draft: Draft, choices: Choices) -> str:
    """That a push takes the SMS's place, when it does; else an empty string."""
    wallet = sole_wallet(choices.payable(draft.methods))
    if wallet is None or draft.delivery != Delivery.SMS:
        return ""
    return (
        f"{wallet} is the only way to pay, so it goes out as a push in the {wallet} app instead of an SMS. "
        f"{short_life(wallet)}"
    )


def short_life(wallet: str) -> str:
    """How long what only a wallet opens may live; no more is promised (Dintero reference §4.5)."""
    return f"{wallet} may end it after {wallet_life(wallet)}, so the customer should pay at once."


def methods(draft: Draft, choices: Choices) -> list[Block]:
    """Ways to pay, where there are several; tells us at once, because a single one may change the delivery.

    One that was chosen and is no longer listed stays on the form, so that its error can be mended there.
    """
    gone = [method for method in draft.methods if method not in choices.methods]
    if len(choices.methods) < 2 and not gone:
        return []
    options = [option(title(method), method) for method in (*choices.methods, *gone)][:MAX_OPTIONS]
    element: Block = {"type": "checkboxes", "action_id": ids.FIELD, "options": options}
    if ticked := [one for one in options if one["value"] in draft.methods]:
        element["initial_options"] = ticked
    hint = push_note(draft, choices) or "Tick none to offer all that the payment profile has."
    return [field(ids.METHODS, "Payment methods", element, hint=hint, optional=True) | {"dispatch_action": True}]


def profile(draft: Draft, choices: Choices) -> list[Block]:
    """Which payment profile, where there are several."""
    options = [option(one.name, one.id) for one in choices.profiles]
    chosen = draft.profile or next((one["value"] for one in options), "")
    if len(options) < 2 and (not options or chosen == options[0]["value"]):
        return []
    return [choice(ids.PROFILE, "Payment profile", "static_select", options, chosen)]


def address(draft: Draft, choices: Choices, look: Look) -> list[Block]:
    """Whether the customer types an address; tells us at once, because it may cost something."""
    if not choices.shipping and not draft.address:
        return []
    options = [option("Not needed", NO_ADDRESS)]
    for one in choices.shipping:
        price = look.money(one.price, one.currency) if one.price else "free"
        options.append(option(f"{fit(one.name, 50)} · {price}", one.name))
    hint = "The customer types it on the payment page. You find it with the payment in Dintero's Backoffice."
    chosen = draft.address or NO_ADDRESS
    return [
        choice(ids.ADDRESS, "Customer's address", "static_select", options, chosen, hint=hint)
        | {"dispatch_action": True}
    ]


def terms(draft: Draft, choices: Choices) -> Block:
    """Where the terms stand that the payment page links to."""
    hint = "The payment page links to them. Emptied: the shop's usual ones." if choices.terms else ""
    return text_input(
        ids.TERMS,
        "Terms of sale",
        draft.terms or choices.terms,
        placeholder="https://shop.example.com/terms",
        hint=hint,
        optional=True,
    )


def name(draft: Draft) -> Block:
    """Whom a mail addresses."""
    hint = "Shown with Show link and in a mail to the customer, never on the card."
    return text_input(ids.NAME, "Customer's name", draft.name, placeholder="Kari Nordmann", hint=hint, optional=True)


def email(draft: Draft) -> Block:
    """Where the link or a receipt may go; Slack insists on it while we write to it, for the reason of `phone`."""
    needed = draft.wants_email
    hint = "The reminders go to it." if needed else "For the payment page and the provider's receipt."
    hint = "The link is sent to it." if draft.delivery == Delivery.EMAIL else hint
    return text_input(
        ids.EMAIL, "Customer's e-mail", draft.email, placeholder="kari@example.com", hint=hint, optional=not needed
    )


def note(draft: Draft) -> Block:
    """What colleagues should know."""
    hint = "Stands in the thread, for all who can read it. It is not sent to the customer."
    return text_input(
        ids.NOTE, "Note", draft.note, placeholder="Called twice, wants it by Friday", hint=hint, optional=True
    )


def remind(draft: Draft, *, mails: bool) -> Block:
    """What happens while the customer does not pay; a mail to them only where there is a mail server.

    Tells us at once, because a mail needs an address.
    """
    options = [
        option("No reminders", Remind.NONE),
        option("Remind me in the thread", Remind.NUDGE),
        *([option("E-mail the customer again", Remind.EMAIL)] if mails else []),
    ]
    hint = "At most three, spread over the time to pay, from 9 to 20 o'clock."
    told = {"hint": plain(hint), "dispatch_action": True}
    return choice(ids.REMIND, "Reminders", "static_select", options, draft.remind) | told


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
    """`3d` → `3 days`, `7d` → `1 week`; a date as it is."""
    if deadline in _DEADLINE_WORDS:
        return _DEADLINE_WORDS[deadline]
    count, unit = deadline[:-1], _UNITS.get(deadline[-1:])
    if unit is None or not count.isdecimal():
        return deadline
    return f"{int(count)} {unit}" if int(count) == 1 else f"{int(count)} {unit}s"
