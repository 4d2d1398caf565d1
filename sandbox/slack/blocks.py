"""Block Kit as Slack checks it (Slack reference §8, §9). Where sources differ, the stricter one."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

Check = Callable[[Any, str], Iterator[str]]

MESSAGE_TEXT = 13_200


def _problem(at: str, what: str) -> str:
    return f"[ERROR] {what} [json-pointer:{at}]"


def length(text: str) -> int:
    """What limits count: UTF-16 units, the harsher reading of an open point (Slack reference §12, §25)."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def string(most: int, least: int = 1) -> Check:
    """A string of so many characters."""

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield _problem(at, "must be a string")
        elif length(value) < least:
            yield _problem(at, f"must be more than {least - 1} characters")
        elif length(value) > most:
            yield _problem(at, f"must be less than {most + 1} characters")

    return check


def integer(low: int, high: int) -> Check:
    """A whole number in a range."""

    def check(value: Any, at: str) -> Iterator[str]:
        if type(value) is not int or not low <= value <= high:
            yield _problem(at, f"must be an integer from {low} to {high}")

    return check


def numeral(value: Any, at: str) -> Iterator[str]:
    """A number written as a string (Slack reference §9, number_input)."""
    if not isinstance(value, str) or not is_number(value):
        yield _problem(at, "must be a number in a string")


def is_number(text: str) -> bool:
    """Digits with at most one point, maybe a minus."""
    return text.removeprefix("-").replace(".", "", 1).isdecimal()


def flag(value: Any, at: str) -> Iterator[str]:
    """A JSON boolean."""
    if not isinstance(value, bool):
        yield _problem(at, "must be a boolean")


def one_of(*words: str) -> Check:
    """One of these words."""

    def check(value: Any, at: str) -> Iterator[str]:
        if value not in words:
            yield _problem(at, f"must be one of {', '.join(words)}")

    return check


def many(check_one: Check, low: int, high: int) -> Check:
    """A list of so many."""

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield _problem(at, "must be an array")
            return
        if not low <= len(value) <= high:
            yield _problem(at, f"must have {low} to {high} items")
        for n, item in enumerate(value):
            yield from check_one(item, f"{at}/{n}")

    return check


def shape(needs: str, *rules: Check, **known: Check) -> Check:
    """An object with these keys and no others, some of them needed; the rules run once the keys are right."""
    known["type"] = string(255)

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield _problem(at, "must be an object")
            return
        problems = [_problem(at, f"missing required field: {key}") for key in needs.split() if key not in value]
        for key, item in value.items():
            problems += known[key](item, f"{at}/{key}") if key in known else [_problem(f"{at}/{key}", "unknown field")]
        yield from problems or (problem for rule in rules for problem in rule(value, at))

    return check


def typed(shapes: dict[str, Check]) -> Check:
    """An object whose `type` says which shape it has; unknown types are refused."""

    def check(value: Any, at: str) -> Iterator[str]:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in shapes:
            yield _problem(f"{at}/type", f"unsupported type: {kind}")
        else:
            yield from shapes[kind](value, at)

    return check


def plain(most: int) -> Check:
    """A plain_text object."""
    return typed({"plain_text": shape("text", text=string(most), emoji=flag)})


def text(most: int) -> Check:
    """A text object of either kind."""
    return typed({"mrkdwn": shape("text", text=string(most), verbatim=flag), "plain_text": plain(most)})


def _exactly_one(*keys: str) -> Check:
    def check(value: Any, at: str) -> Iterator[str]:
        if sum(key in value for key in keys) != 1:
            yield _problem(at, f"needs exactly one of {', '.join(keys)}")

    return check


def _section_says_something(value: Any, at: str) -> Iterator[str]:
    if "text" not in value and "fields" not in value:
        yield _problem(at, "missing required field: text or fields")


def _initial_is_offered(value: Any, at: str) -> Iterator[str]:
    initial = value.get("initial_options", [value["initial_option"]] if "initial_option" in value else [])
    offered = options_of(value)
    if any(option not in offered for option in initial):
        yield _problem(at, "initial option is not among the options")
    if len({option["value"] for option in offered}) < len(offered):
        yield _problem(f"{at}/options", "option values must be unique")


def _initial_fits(value: Any, at: str) -> Iterator[str]:
    initial, low, high = value.get("initial_value", ""), value.get("min_length", 0), value.get("max_length", 3000)
    if low > high:
        yield _problem(at, "min_length is greater than max_length")
    if initial and not low <= length(initial) <= high:
        yield _problem(f"{at}/initial_value", f"must have {low} to {high} characters")


def _actions_differ(value: Any, at: str) -> Iterator[str]:
    ids = [element.get("action_id") for element in value["elements"]]
    if len(set(ids)) < len(ids):
        yield _problem(f"{at}/elements", "action_id already exists in this block")


def options_of(element: dict[str, Any]) -> list[dict[str, Any]]:
    """All options an element offers, groups opened."""
    groups = element.get("option_groups", [])
    return [*element.get("options", []), *(option for group in groups for option in group["options"])]


def _free(_value: Any, _at: str) -> Iterator[str]:
    """Anything goes: rich text is checked by the types of its parts only."""
    yield from ()


RICH = typed(dict.fromkeys((f"rich_text_{part}" for part in ("section", "list", "preformatted", "quote")), _free))

ID, URL, STYLE = string(255), string(3000), one_of("primary", "danger")
CONFIRM = shape(
    "title text confirm deny", title=plain(100), text=text(300), confirm=plain(30), deny=plain(30), style=STYLE
)
OPTION = shape("text value", text=plain(75), value=string(75), description=plain(75))
CHOICE = shape("text value", text=text(75), value=string(75), description=text(75))
LINKED = shape("text value", text=plain(75), value=string(75), description=plain(75), url=URL)
GROUP = shape("label options", label=plain(75), options=many(OPTION, 1, 100))
WHEN = shape("trigger_actions_on", trigger_actions_on=many(one_of("on_enter_pressed", "on_character_entered"), 1, 2))
CHOOSING: dict[str, Check] = {"action_id": ID, "confirm": CONFIRM, "focus_on_load": flag}
TYPING: dict[str, Check] = {
    "action_id": ID, "placeholder": plain(150), "focus_on_load": flag, "dispatch_action_config": WHEN
}  # fmt: skip

BUTTONS = {
    "button": shape(
        "text action_id",
        text=plain(75), action_id=ID, value=string(2000), url=URL, style=STYLE, confirm=CONFIRM,
        accessibility_label=string(75),
    ),
    "overflow": shape("action_id options", action_id=ID, options=many(LINKED, 2, 5), confirm=CONFIRM),
}  # fmt: skip
CHOICES = {
    "static_select": shape(
        "action_id", _exactly_one("options", "option_groups"), _initial_is_offered,
        options=many(OPTION, 1, 100), option_groups=many(GROUP, 1, 100), initial_option=OPTION,
        placeholder=plain(150), **CHOOSING,
    ),
    "external_select": shape(
        "action_id", initial_option=OPTION, min_query_length=integer(0, 3000), placeholder=plain(150), **CHOOSING
    ),
    "radio_buttons": shape(
        "action_id options", _initial_is_offered, options=many(CHOICE, 1, 10), initial_option=CHOICE, **CHOOSING
    ),
    "checkboxes": shape(
        "action_id options", _initial_is_offered,
        options=many(CHOICE, 1, 10), initial_options=many(CHOICE, 1, 10), **CHOOSING,
    ),
    "datepicker": shape("action_id", initial_date=string(10, 10), placeholder=plain(150), **CHOOSING),
}  # fmt: skip
INPUTS = {
    "plain_text_input": shape(
        "action_id", _initial_fits,
        initial_value=string(3000), multiline=flag, min_length=integer(0, 3000), max_length=integer(1, 3000), **TYPING,
    ),
    "number_input": shape(
        "action_id is_decimal_allowed",
        is_decimal_allowed=flag, initial_value=numeral, min_value=numeral, max_value=numeral, **TYPING,
    ),
    "email_text_input": shape("action_id", initial_value=string(3000), **TYPING),
}  # fmt: skip


def fetchable(value: Any, at: str) -> Iterator[str]:
    """Where Slack can fetch a picture: over https, or on this computer, where the sandbox is (Slack reference §15)."""
    yield from URL(value, at)
    try:
        parts = urlsplit(value) if isinstance(value, str) else urlsplit("")
    except ValueError:
        parts = urlsplit("")
    if parts.scheme != "https" and (parts.scheme, parts.hostname) not in {("http", "127.0.0.1"), ("http", "localhost")}:
        yield _problem(at, "downloading image failed: not an https address")


FILE = shape("", _exactly_one("id", "url"), id=ID, url=URL)
PICTURE: dict[str, Check] = {"alt_text": string(2000), "image_url": fetchable, "slack_file": FILE}
ONE_SOURCE = _exactly_one("image_url", "slack_file")
IMAGE = shape("alt_text", ONE_SOURCE, **PICTURE)
ACCESSORY = typed({**BUTTONS, **CHOICES, "image": IMAGE})
MUTE = typed({"mrkdwn": text(3000), "plain_text": text(3000), "image": IMAGE})
BLOCKS = {
    "section": shape(
        "", _section_says_something,
        block_id=ID, text=text(3000), fields=many(text(2000), 1, 10), expand=flag, accessory=ACCESSORY,
    ),
    "header": shape("text", block_id=ID, text=plain(150)),
    "context": shape("elements", block_id=ID, elements=many(MUTE, 1, 10)),
    "actions": shape(
        "elements", _actions_differ, block_id=ID, elements=many(typed({**BUTTONS, **CHOICES}), 1, 25)
    ),
    "divider": shape("", block_id=ID),
    "image": shape("alt_text", ONE_SOURCE, block_id=ID, title=plain(2000), **PICTURE),
    "rich_text": shape("elements", block_id=ID, elements=many(RICH, 1, 1000)),
}  # fmt: skip
INPUT = shape(
    "label element",
    block_id=ID, label=plain(2000), element=typed({**CHOICES, **INPUTS}), hint=plain(2000), optional=flag,
    dispatch_action=flag,
)  # fmt: skip
VIEW = shape(
    "type title blocks",
    title=plain(24), submit=plain(24), close=plain(24), blocks=many(typed({**BLOCKS, "input": INPUT}), 0, 100),
    private_metadata=string(3000, 0), callback_id=ID, external_id=string(255, 0), clear_on_close=flag,
    notify_on_close=flag,
)  # fmt: skip


def _ids_differ(blocks: list[dict[str, Any]]) -> Iterator[str]:
    seen = set()
    for n, block in enumerate(blocks):
        if "block_id" in block and block["block_id"] in seen:
            yield _problem(f"/blocks/{n}/block_id", "block_id already exists")
        seen.add(block.get("block_id"))


def wrong_in_message(blocks: list[Any]) -> list[str]:
    """What Slack says about the blocks of a message (Slack reference §9); input blocks belong to modals."""
    return [*many(typed(BLOCKS), 0, 50)(blocks, "/blocks")] or [*_ids_differ(blocks)]


def wrong_in_view(view: Any) -> list[str]:
    """What Slack says about a modal (Slack reference §8)."""
    if problems := [*typed({"modal": VIEW})(view, "/view")] or [*_ids_differ(view["blocks"])]:
        return problems
    inputs = [block["element"] for block in view["blocks"] if block["type"] == "input"]
    if inputs and "submit" not in view:
        problems.append(_problem("/view/submit", "missing required field: submit, as there are input blocks"))
    if sum(element.get("focus_on_load", False) for element in inputs) > 1:
        problems.append(_problem("/view/blocks", "focus_on_load on more than one element"))
    return problems


def text_sum(value: Any) -> int:
    """All text of some blocks together."""
    if isinstance(value, list):
        return sum(map(text_sum, value))
    if isinstance(value, dict):
        own = value.get("text")
        return (length(own) if isinstance(own, str) else 0) + sum(map(text_sum, value.values()))
    return 0


def size(value: Any) -> int:
    """Bytes of something as JSON."""
    return len(json.dumps(value).encode())
