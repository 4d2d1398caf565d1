"""Texts that can be kept: what Slack sends is JSON, and JSON can write what no database and no encoding takes."""

from typing import Any, Final

_NOT_TEXT: Final = dict.fromkeys((0, *range(0xD800, 0xE000)), "\N{REPLACEMENT CHARACTER}")
"""NUL, and halves of characters that a client has cut in two."""


def keepable(value: Any) -> Any:
    """A JSON value with every text in it made one that can be kept."""
    if isinstance(value, str):
        return value if value.isascii() and "\0" not in value else value.translate(_NOT_TEXT)
    if isinstance(value, list):
        return [keepable(one) for one in value]
    if isinstance(value, dict):
        return {keepable(name): keepable(one) for name, one in value.items()}
    return value
