"""Between Slack's `view.state` and the domain: what was typed."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any, Final

from bot.domain.actions import Action
from bot.domain.characters import one_line
from bot.domain.draft_lines import shown_lines
from bot.domain.drafts import EXCL, INCL, Draft, DraftLine
from bot.domain.errors import FieldErrors, Refused
from bot.domain.field_parsers import BadAmount, parse_amount
from bot.domain.markup import field_as_typed
from bot.domain.money import format_money
from bot.domain.orders import TO_PHONE, Capture, Delivery, Remind, allocate
from bot.domain.stories import Story
from bot.services.pressing import Part
from bot.slack import ids
from bot.slack.form_errors import errors_for
from bot.slack.views.fields import GO_ON, NO_ADDRESS, STOP
from bot.slack.views.issue_form import FormMetadata
from bot.slack.views.line_form import KEEP, LineMetadata
from bot.slack.views.part_form import ALL, AMOUNT, LINES, MAX_REASON, line_rooms
from bot.slack.views.release_form import SURE
from bot.slack.views.resend_form import A_DATE

State = Mapping[str, Any]
"""`view.state.values`: block_id → action_id → what stands there."""

_OF_LINES: Final = frozenset({ids.TEXT, ids.QUANTITY, ids.PRICE, ids.VAT, ids.PRICES, ids.CURRENCY})
_TOO_OLD: Final = (
    "Nothing was sent. This form has been open for more than a day, and its lines are no longer kept. "
    "Start over with /paylink."
)
_TOO_OLD_TO_CHANGE: Final = (
    "Nothing was changed. This form has been open for more than a day and is no longer kept. "
    "Press *Change order…* on the card again."
)


def read_form(view: Mapping[str, Any], stored: Draft | None) -> Draft:
    """The draft with all that stands in the form. Its revision is the stored one: compare it with the form's own.

    Raises:
        Refused: when the form shows its lines as text only, and the draft behind it is gone.

    """
    shown = draft_in_view(view, stored)
    return draft_from_state(shown, _current(view, shown.revision))


def draft_in_view(view: Mapping[str, Any], stored: Draft | None) -> Draft:
    """The draft behind a form as it stands on the screen; `draft_from_state` puts over it what was typed since.

    When nothing is stored (any more), the form's own presets say what is meant.

    Raises:
        Refused: when they do not, because the lines stand there as text only.

    """
    about = FormMetadata.decode(view.get("private_metadata"))
    presets = _presets(view)
    if stored is None and view.get("callback_id") == ids.VIEW_CHANGE:
        raise Refused(_TOO_OLD_TO_CHANGE, "old-form")  # without its draft it would make a second order
    names = [ids.field_of(block) for block in presets]
    expanded = ids.DELIVERY in names
    if stored is not None:
        return replace(stored, expanded=expanded, redrawn=about.redrawn)
    lines = [name.partition(":")[2] for name in names if ids.kind_of(name) == ids.PRICE]
    if not lines:
        raise Refused(_TOO_OLD, "old-form")
    blank = Draft(
        id=about.draft_id,
        channel=about.channel,
        lines=tuple(DraftLine(line_id=line_id) for line_id in lines),
        expanded=expanded,
        revision=about.revision,
        redrawn=about.redrawn,
        thread=about.thread,
        notice=_notice(view),
    )
    return draft_from_state(blank, presets)


def draft_from_state(previous: Draft, state: State, *, expanded: bool | None = None) -> Draft:
    """The draft with what the form holds now.

    A field that is missing or empty keeps its stored value: Slack may lose what was preset and never touched once
    a form was redrawn (Slack reference §8). Only in a form that never was does an empty optional field mean that the
    person emptied it. `expanded` sets what the next drawing shows.
    """
    typed = {ids.field_of(block): _value(elements) for block, elements in state.items()}

    def take(name: str, stored: str) -> str:
        value = typed.get(name)
        emptied = not previous.redrawn and name in typed and _may_be_empty(name, previous)
        return value if value is not None else "" if emptied else stored

    address = take(ids.ADDRESS, previous.address)
    return replace(
        previous,
        phone=take(ids.PHONE, previous.phone),
        email=take(ids.EMAIL, previous.email),
        name=take(ids.NAME, previous.name),
        reference=take(ids.REFERENCE, previous.reference),
        note=take(ids.NOTE, previous.note),
        deadline=take(ids.DATE, take(ids.DEADLINE, previous.deadline)),
        delivery=_known(Delivery, take(ids.DELIVERY, previous.delivery), previous.delivery),
        prices=EXCL if take(ids.PRICES, previous.prices) == EXCL else INCL,
        currency=take(ids.CURRENCY, previous.currency),
        capture=_known(Capture, take(ids.CAPTURE, previous.capture), previous.capture),
        methods=_methods(state) or previous.methods,
        profile=take(ids.PROFILE, previous.profile),
        address="" if address == NO_ADDRESS else address,
        terms=take(ids.TERMS, previous.terms),
        remind=_known(Remind, take(ids.REMIND, previous.remind), previous.remind),
        remind_opened=take(ids.REMIND_OPENED, GO_ON if previous.remind_opened else STOP) == GO_ON,
        lines=tuple(_line(line, take) for line in shown_lines(previous)),
        expanded=previous.expanded if expanded is None else expanded,
    )


def after_click(draft: Draft, action: Mapping[str, Any]) -> Draft:
    """The draft after a click inside the form that is about one of its fields.

    In the form's state, methods that were all unticked and methods that got lost look alike (Slack reference §8); the
    click itself tells them apart.
    """
    block = str(action.get("block_id", ""))
    return replace(draft, methods=_methods({block: {ids.FIELD: action}})) if block == ids.METHODS else draft


def longer(draft: Draft, state: State) -> Draft:
    """The draft with the deadline that *Extend…* chose: a time from now, or the date below it.

    Raises:
        FieldErrors: when it is neither, or both.

    """
    typed = {ids.field_of(block): _value(elements) for block, elements in state.items()}
    chosen, until = typed.get(ids.DEADLINE), typed.get(ids.EXTEND_UNTIL)
    if chosen != A_DATE and until:
        raise FieldErrors({ids.DEADLINE: "A date is chosen below. Choose “Until the date below”, or empty that field."})
    if chosen == A_DATE and not until:
        raise FieldErrors({ids.EXTEND_UNTIL: "Choose a date."})
    return replace(draft, deadline=until or chosen or draft.deadline)


def line_in_view(view: Mapping[str, Any], stored: DraftLine | None) -> DraftLine:
    """The line with all that stands in its view; what Slack lost comes from `stored`, else from the view's presets."""
    about = LineMetadata.decode(view.get("private_metadata"))
    line = stored or _with_typed(DraftLine(line_id=about.line_id), _presets(view))
    read = _with_typed(line, view["state"]["values"])
    return replace(read, vat=other) if (other := _other_vat(view)) else read


def is_sure(view: Mapping[str, Any]) -> bool:
    """Whether the box is ticked without which no money is let go."""
    state: State = view["state"]["values"]
    return SURE in _chosen(state.get(ids.SURE))


def is_kept(view: Mapping[str, Any]) -> bool:
    """Whether the box *Keep as a saved item* is ticked."""
    state: State = view["state"]["values"]
    return any(KEEP in _chosen(elements) for block, elements in state.items() if ids.kind_of(block) == ids.KEEP)


def line_errors(wrong: Mapping[str, str], view: Mapping[str, Any]) -> dict[str, str]:
    """`errors_for` in the view of one line, where the VAT rate may be the typed one."""
    vat = ids.OTHER_VAT if _other_vat(view) else ids.VAT
    named = {
        f"{vat}:{ids.line_of(name)}" if ids.kind_of(name) == ids.VAT else name: said for name, said in wrong.items()
    }
    return errors_for(named, view)


def read_part(state: State, story: Story, about: ids.ButtonValue, *, locale: str = "nb_NO") -> Part:
    """Which part of the money was chosen; `about` is the form's `private_metadata`, decoded.

    `items` sum to the amount, or are empty when they cannot: money taken outside the lines has no line to return to.

    Raises:
        FieldErrors: by block_id, with all that is wrong at once.

    """
    action = about.action or Action.CAPTURE_PART
    link = story.link(about.link_id)
    left = line_rooms(story.lines(link), link, action)
    typed = {block: (_value(elements) or "").strip() for block, elements in state.items()}
    ticked = {line_id for block, elements in state.items() for line_id in _ticked(block, elements)}
    mode = typed.get(ids.PART, "")
    wrong = _contradictions(mode, ticked, typed.get(ids.PART_AMOUNT, ""), state)
    items = {line_id: room for line_id, room in left.items() if room and line_id in ticked} if mode == LINES else {}
    amount = about.open_minor if mode == ALL else sum(items.values())
    if mode == AMOUNT and not wrong:
        amount = _amount(typed.get(ids.PART_AMOUNT, ""), link.currency, wrong)
    if not wrong and not 0 < amount <= about.open_minor:
        most = format_money(about.open_minor, link.currency, locale)
        wrong[ids.PART_AMOUNT if mode == AMOUNT else ids.PART] = f"At most {most} can be chosen."
    reason = _reason(typed.get(ids.PART_REASON, ""), wrong) if action is Action.REFUND else None
    if wrong:
        raise FieldErrors(wrong)
    items = items or allocate(amount, left)
    is_last = bool(_chosen(state.get(ids.PART_LAST))) and amount < about.open_minor
    items = items if sum(items.values()) == amount else {}
    return Part(amount=amount, items=items, reason=reason, releases_rest=is_last)


def _contradictions(mode: str, ticked: set[str], amount: str, state: State) -> dict[str, str]:
    """Two answers at once are refused rather than weighed: the wrong one could be the larger by far."""
    if mode not in {ALL, LINES, AMOUNT}:
        return {ids.PART: "Choose one."}
    if mode != AMOUNT and amount:
        return {ids.PART: "An amount is typed below. Choose “An amount”, or empty that field."}
    if mode != LINES and ticked:
        return {ids.PART: "Lines are ticked below. Choose “Whole lines”, or untick them."}
    if mode == LINES and not ticked:
        return {ids.PART_LINES if ids.PART_LINES in state else ids.PART: "Tick at least one line."}
    return {}


def _amount(text: str, currency: str, wrong: dict[str, str]) -> int:
    try:
        return parse_amount(text, currency)
    except BadAmount as error:
        wrong[ids.PART_AMOUNT] = str(error) if text else "Enter an amount, for example 100,00."
        return 0


def _reason(text: str, wrong: dict[str, str]) -> str:
    reason = one_line(text)
    if not reason:
        wrong[ids.PART_REASON] = "Say why, so that others understand it later."
    elif len(reason) > MAX_REASON:
        wrong[ids.PART_REASON] = f"At most {MAX_REASON} characters."
    return reason


def _line(line: DraftLine, take: Callable[[str, str], str]) -> DraftLine:
    def of_line(name: str, stored: str) -> str:
        return take(ids.block_id(name, line.line_id), stored)

    return replace(
        line,
        text=of_line(ids.TEXT, line.text),
        quantity=of_line(ids.QUANTITY, line.quantity),
        price=of_line(ids.PRICE, line.price),
        vat=of_line(ids.VAT, line.vat),
    )


def _with_typed(line: DraftLine, state: State) -> DraftLine:
    typed = {ids.field_of(block): _value(elements) for block, elements in state.items()}
    return _line(line, lambda name, stored: stored if typed.get(name) is None else str(typed[name]))


def _other_vat(view: Mapping[str, Any]) -> str:
    """The VAT rate that was typed; an empty string when none was. It is never preset, so it cannot be lost."""
    state: State = view["state"]["values"]
    typed = [_value(elements) for block, elements in state.items() if ids.kind_of(block) == ids.OTHER_VAT]
    return next((one.strip() for one in typed if one), "")


def _current(view: Mapping[str, Any], revision: int) -> State:
    """The form's state without the fields of lines that have changed since it was drawn, unless typed in since."""
    presets = _presets(view)
    newest = ids.block_id("", generation=revision).removeprefix("@")

    def counts(block: str, elements: object) -> bool:
        if ids.kind_of(block) not in _OF_LINES or ids.generation_of(block) == newest:
            return True
        typed = _value(elements)
        return typed is not None and typed != _value(presets.get(block))

    return {block: elements for block, elements in view["state"]["values"].items() if counts(block, elements)}


def _presets(view: Mapping[str, Any]) -> State:
    """What the view's fields held when they were drawn, as a state."""
    return {
        block["block_id"]: {ids.FIELD: _preset(block["element"])}
        for block in view.get("blocks", ())
        if block.get("type") == "input"
    }


def _notice(view: Mapping[str, Any]) -> str:
    """What the form says of the command or message that it was filled in from."""
    elements = [block.get("elements") for block in view.get("blocks", ()) if block.get("block_id") == ids.NOTICE]
    match elements:
        case [[{"text": str(notice)}]]:
            return notice
    return ""


def _may_be_empty(name: str, draft: Draft) -> bool:
    """Whether Slack lets somebody empty the field."""
    if name == ids.PHONE:
        return draft.delivery not in TO_PHONE
    if name == ids.EMAIL:
        return not draft.wants_email
    return name in {ids.REFERENCE, ids.NAME, ids.NOTE, ids.TERMS}


def _methods(state: State) -> tuple[str, ...]:
    return tuple(method for block, elements in state.items() if block == ids.METHODS for method in _chosen(elements))


def _known(words: type[StrEnum], typed: str, stored: str) -> str:
    return typed if typed in {word.value for word in words} else stored


def _value(elements: object) -> str | None:
    """What stands in a block's one element, as text; None when nothing does."""
    element = elements.get(ids.FIELD) if isinstance(elements, Mapping) else None
    if not isinstance(element, Mapping):
        return None
    option = element.get("selected_option")
    if isinstance(option, Mapping) or element.get("selected_date"):
        chosen = option.get("value") if isinstance(option, Mapping) else element.get("selected_date")
        return chosen if isinstance(chosen, str) else None
    typed = element.get("value")
    return field_as_typed(typed) if isinstance(typed, str) else None


def _preset(element: Mapping[str, Any]) -> Mapping[str, Any]:
    """What an element of ours held when it was drawn."""
    return {
        "selected_option": element.get("initial_option"),
        "selected_options": element.get("initial_options"),
        "value": element.get("initial_date", element.get("initial_value")),
    }


def _ticked(block: str, elements: object) -> list[str]:
    return _chosen(elements) if ids.kind_of(block) == ids.PART_LINES else []


def _chosen(elements: object) -> list[str]:
    """The values of ticked boxes."""
    if not isinstance(elements, Mapping):
        return []
    options = elements.get(ids.FIELD, {}).get("selected_options") or []
    return [str(option.get("value")) for option in options]
