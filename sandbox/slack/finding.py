"""Finding what a person presses by what they call it."""

from typing import Any

from .blocks import options_of
from .model import NotOfferedError
from .reading import elements


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two drawings show the same element."""
    return bool(one["action_id"] == other["action_id"] and one["type"] == other["type"])


def find(
    blocks: list[dict[str, Any]], wanted: str | None, value: Any
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any] | None]:
    """The one element of this visible text or action_id, and the option of its menu."""
    found = []
    for block, element in elements(blocks):
        if block["type"] == "input":
            continue
        if element["type"] == "overflow":
            options = [one for one in options_of(element) if wanted in {one["text"]["text"], element["action_id"]}]
            found += [(block, element, one) for one in options if value in {None, one["value"], one["text"]["text"]}]
        elif wanted in {element.get("text", {}).get("text"), element["action_id"]}:
            fits = element["type"] != "button" or value in {None, element.get("value")}
            found += [(block, element, None)] if fits else []
    if len(found) != 1:
        raise NotOfferedError(f"{len(found)} things to press called {wanted!r}")
    return found[0]
