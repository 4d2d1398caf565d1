"""Blocks as a person reads them: what stands on the screen, as plain text."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from .blocks import options_of

ZONE = ZoneInfo("Europe/Oslo")
DATES = {
    "date_num": "%Y-%m-%d",
    "date": "%B %-d, %Y",
    "date_short": "%b %-d, %Y",
    "date_long": "%A, %B %-d, %Y",
    "date_pretty": "%B %-d, %Y",
    "date_short_pretty": "%b %-d, %Y",
    "date_long_pretty": "%A, %B %-d, %Y",
    "time": "%H:%M",
    "time_secs": "%H:%M:%S",
    "ago": "%b %-d",
}


def elements(blocks: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Everything a person can press, choose or type into, with its block."""
    for block in blocks:
        own = (
            block.get("elements", []) if block["type"] == "actions" else [block.get("accessory"), block.get("element")]
        )
        yield from ((block, element) for element in own if element and "action_id" in element)


def labels(element: dict[str, Any]) -> list[str]:
    """What can be pressed on an element: a button's text, or the options of an overflow menu."""
    if element["type"] == "button":
        return [element["text"]["text"]]
    return [option["text"]["text"] for option in options_of(element)] if element["type"] == "overflow" else []


def shown(text: str, names: dict[str, str]) -> str:
    """Mrkdwn as a reader sees it (Slack reference §12)."""
    text = re.sub(r"(?<![\w*_~`])([*_~`])(?=\S)([^\n]+?)(?<=\S)\1(?![\w*_~`])", r"\2", text)
    text = re.sub(r"<([^<>]*)>", lambda found: _entity(found[1], names), text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _entity(inside: str, names: dict[str, str]) -> str:
    target, _, label = inside.partition("|")
    if target.startswith("!date^"):
        return _date(target, fallback=label)
    if target[:1] in {"@", "#"}:
        return names.get(target[1:], label or target)
    return label or target.replace("!", "@", 1).removeprefix("mailto:").removeprefix("tel:")


def _date(target: str, fallback: str) -> str:
    try:
        _, unix, tokens, *_link = target.split("^")
        at = datetime.fromtimestamp(int(unix), UTC).astimezone(ZONE)
    except (ValueError, OverflowError, OSError):
        return fallback
    return re.sub(r"{(\w+)}", lambda token: at.strftime(DATES[token[1]]) if token[1] in DATES else fallback, tokens)


def said(text: dict[str, Any], names: dict[str, str]) -> str:
    """A text object; plain_text stays as it is, escapes and date tokens too (Slack reference §12)."""
    return shown(text["text"], names) if text["type"] == "mrkdwn" else text["text"]


def lines(block: dict[str, Any], names: dict[str, str]) -> Iterator[str]:
    """One block, line by line; inputs are the view's own business."""
    texts = [block.get("text"), *block.get("fields", ())]
    yield from (said(text, names) for text in texts if text)
    if block["type"] == "context":
        yield " ".join(said(e, names) if "text" in e else f"[image: {e['alt_text']}]" for e in block["elements"])
    if block["type"] == "image":
        yield f"[image: {block['alt_text']}]"
    if block["type"] == "divider":
        yield "---"
    if block["type"] == "rich_text":
        yield "".join(_rich(block))
    if pressed := [label for _, element in elements([block]) for label in labels(element)]:
        yield " ".join(f"[{label}]" for label in pressed)


def _rich(piece: dict[str, Any]) -> Iterator[str]:
    yield piece.get("text", piece.get("url", ""))
    for inner in piece.get("elements", ()):
        yield from _rich(inner)
