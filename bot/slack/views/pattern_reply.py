"""What `/paylink pattern` answers."""

from typing import Final

from bot.services.patterns import Coming
from bot.slack.views.blocks import Message, context, escape, section, spoken

_HOW: Final = (
    "`{yyyy}`, `{yy}` and `{mm}` stand for the date, `{seq}` for the number, `{seq:4}` for 0042. "
    "It starts from 1 again when the date in it changes."
)
_CHANGE: Final = "`/paylink pattern {yyyy}-{seq:4}` changes it, `/paylink pattern off` ends it."


def pattern_reply(coming: Coming | None) -> Message:
    """What an empty reference becomes here."""
    if coming is None:
        return _message(
            "An empty reference is made up here, such as PL-1A2B3C4D. "
            "`/paylink pattern {yyyy}-{seq:4}` numbers them instead.",
            _HOW,
        )
    return _message(_told("An empty reference becomes", coming), f"{_CHANGE} {_HOW}")


def pattern_set(coming: Coming) -> Message:
    """It is numbered from now on."""
    return _message(_told("From now on an empty reference becomes", coming), _CHANGE)


def pattern_off() -> Message:
    """It is made up from now on."""
    return _message("From now on an empty reference is made up here.", "What was numbered stays as it is.")


def _told(begins: str, coming: Coming) -> str:
    return f"{begins} `{escape(coming.pattern)}` in this channel. The next one is *{escape(coming.reference)}*."


def _message(words: str, note: str) -> Message:
    return Message(text=spoken(words), blocks=[section(words), context(note)])
