"""Every id that Slack hands back to us, and what a button carries. The one place where they are spelled."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from bot.domain.actions import Action
from bot.domain.errors import Refused
from bot.slack.texts import keepable

LINK: Final = "link:"
"""The prefix of every button on a card or thread line; the action follows: `link:capture`."""
LINK_MORE: Final = "link:more"
"""The overflow menu; its option's value names the action."""

FORM: Final = "form:"
"""The prefix of every button inside the form."""
FORM_MORE: Final = "form:more"
FORM_PREVIEW: Final = "form:preview"
FORM_SPAN: Final = "form:span"
FORM_LINES: Final = "form:lines"
FORM_ADD_LINE: Final = "form:add_line"
FORM_LINE: Final = "form:line"
"""The menu beside a line; its option's value is `EDIT` or `REMOVE` with the line's id behind it: `edit:2`."""
FORM_LAST_ORDER: Final = "form:last_order"
EDIT: Final = "edit"
REMOVE: Final = "remove"
ITEM_REMOVE: Final = "item:remove"
"""On the list of saved items; the button's value is the item's id."""

SHORTCUT: Final = "make_link"
"""In the menu of the whole workspace; the manifest says the same."""
MESSAGE_SHORTCUT: Final = "make_link_from_message"

VIEW_ISSUE: Final = "issue"
VIEW_LINES: Final = "lines"
VIEW_LINE: Final = "line"
VIEW_CAPTURE_PART: Final = "capture_part"
VIEW_REFUND: Final = "refund"
VIEW_PREVIEW: Final = "preview"
"""It only shows."""
VIEW_RESEND: Final = "resend"
VIEW_CHANGE: Final = "change"
VIEW_RELEASE: Final = "release"
VIEW_STOP_WAITING: Final = "stop_waiting"
VIEW_RESULT: Final = "result"
"""What the form becomes after *Send*; it has nothing to submit."""

FIELD: Final = "v"
"""The action_id of every input: the block_id alone says which field it is."""

PHONE: Final = "phone"
REFERENCE: Final = "reference"
DEADLINE: Final = "deadline"
DATE: Final = "date"
"""In the deadline's place once a date was asked for."""
CAPTURE: Final = "capture"
DELIVERY: Final = "delivery"
EMAIL: Final = "email"
REMIND: Final = "remind"
REMIND_OPENED: Final = "remind_opened"
NOTE: Final = "note"
NAME: Final = "name"
METHODS: Final = "methods"
PROFILE: Final = "profile"
ADDRESS: Final = "address"
TERMS: Final = "terms"
CURRENCY: Final = "currency"
PRICES: Final = "prices"
TEXT: Final = "text"
QUANTITY: Final = "quantity"
PRICE: Final = "price"
VAT: Final = "vat"
OTHER_VAT: Final = "other_vat"
ITEM: Final = "item"
KEEP: Final = "keep"

EXTEND_UNTIL: Final = "extend_until"
SURE: Final = "sure"
"""The box to tick before money is released, or is waited for no longer."""
NOTICE: Final = "notice"
"""What a form says of the command or message that it was filled in from; no input."""

PART: Final = "part"
PART_LINES: Final = "lines"
PART_AMOUNT: Final = "amount"
PART_REASON: Final = "reason"
PART_LAST: Final = "last"
"""The box that makes a capture the last one."""


class OldValue(Refused, ValueError):
    """What came back is no value of ours: another version drew it, or somebody made it up."""

    def __init__(self) -> None:
        super().__init__("This button or form is of another version of Paylink. Use the newest card.", "old-button")


def remembered(text: object) -> object:
    """The JSON that a view remembers as `private_metadata`; None when it is none.

    What it says is as trustworthy as a button's value: the shape is checked by whoever reads it, the ids by the
    database.
    """
    try:
        return keepable(json.loads(text)) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return None


_MOST: Final = 75
"""An overflow option's value; the tightest place that a value has to fit."""
_VALUE: Final = re.compile(
    r"1\|([0-9A-Za-z_-]{1,36})\|([0-9]{1,9})\|([0-9]{1,10})(?:\|([a-z_]+))?(?:\|([A-Z][0-9]{1,3}))?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class ButtonValue:
    """What was on the screen when a button was drawn: the link, its version, the amount still open, the question."""

    link_id: str
    version: int
    open_minor: int
    action: Action | None = None
    """Only where the action_id does not say it: in an overflow menu and in a form."""
    operation: str | None = None
    """Which operation of the link the button asks about: `C1`."""

    def encode(self) -> str:
        """`1|link|version|open_minor`, the action behind it when it is known, and the operation when it has one."""
        more = "".join(f"|{word}" for word in (self.action, self.operation) if word)
        text = f"1|{self.link_id}|{self.version}|{self.open_minor}{more}"
        if len(text) > _MOST or not _VALUE.fullmatch(text):
            raise ValueError("not a button's value")
        return text

    @classmethod
    def decode(cls, text: object) -> "ButtonValue":
        """Read what `encode` wrote.

        Raises:
            OldValue: for anything else.

        """
        found = _VALUE.fullmatch(text) if isinstance(text, str) and len(text) <= _MOST else None
        if found is None:
            raise OldValue
        return cls(found[1], int(found[2]), int(found[3]), _action(found[4]) if found[4] else None, found[5])


def pressed(element: Mapping[str, Any]) -> ButtonValue:
    """What was pressed on a card or line, from one of the payload's `actions`; `action` is always set.

    Raises:
        OldValue: when it is none of our buttons.

    """
    action_id = str(element.get("action_id", ""))
    if action_id == LINK_MORE:
        option = element.get("selected_option")
        value = ButtonValue.decode(option.get("value") if isinstance(option, Mapping) else None)
        if value.action is None:
            raise OldValue
        return value
    if not action_id.startswith(LINK):
        raise OldValue
    return replace(ButtonValue.decode(element.get("value")), action=_action(action_id.removeprefix(LINK)))


def _action(word: str) -> Action:
    if word not in set(Action):
        raise OldValue
    return Action(word)


def block_id(field: str, line_id: str = "", generation: int = 0) -> str:
    """The block of a field: `phone`, `price:2`, and `price:2@1` once we have set its value ourselves."""
    return (f"{field}:{line_id}" if line_id else field) + (f"@{generation}" if generation else "")


def field_of(block: str) -> str:
    """The field's name without its generation: `price:2@1` → `price:2`."""
    return block.partition("@")[0]


def kind_of(block: str) -> str:
    """The kind of field, without line and generation: `price:2@1` → `price`."""
    return field_of(block).partition(":")[0]


def line_of(block: str) -> str:
    """The id of the field's line: `price:2@1` → `2`, and nothing for other fields."""
    return field_of(block).partition(":")[2]


def generation_of(block: str) -> str:
    """The generation as it is written: `price:2@1` → `1`, and nothing for the first."""
    return block.partition("@")[2]
