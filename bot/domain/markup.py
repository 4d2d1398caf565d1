"""What Slack makes of typed text, undone: links, mentions and three escapes (Slack reference §5, §12). Pure."""

import re
from typing import Final

_ENTITY: Final = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_CONTACT: Final = re.compile(r"(?:tel|mailto):", re.IGNORECASE)
_LINK: Final = re.compile(r"(?:https?|tel|mailto):", re.IGNORECASE)
_NOT_ESCAPED: Final = re.compile(r"[<>]|&(?!lt;|gt;|amp;)")
_SPECIAL: Final = frozenset({"!here", "!channel", "!everyone"})
_ESCAPES: Final = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
"""The ampersand last, so that what was typed as an escape stays one."""


def as_typed(text: str) -> str:
    """The text as the person typed it: `<https://shop.example|shop.example> &amp; more` → `shop.example & more`.

    A channel is named without its `#`, so that it is not taken for a reference; a person without a name is left out.
    """
    return _unescaped(_ENTITY.sub(_typed, text))


def field_as_typed(text: str) -> str:
    """`as_typed` for a form's field, of which it is UNCONFIRMED whether Slack escapes it (Slack reference §12).

    Only links that Slack made by itself are undone, and escapes only where nothing is left that Slack would have
    escaped: what was typed in angle brackets stays.
    """
    plain = _ENTITY.sub(lambda found: _typed(found) if _is_automatic(found) else found[0], text)
    return plain if _NOT_ESCAPED.search(plain) else _unescaped(plain)


def words_only(text: str) -> str:
    """The text of a message without what its links and mentions say, for their figures mean nothing.

    Numbers and e-mail addresses that Slack made links of were typed, and stay.
    """
    return _unescaped(_ENTITY.sub(lambda found: _typed(found) if _is_contact(found) else " ; ", text))


def _is_automatic(found: re.Match[str]) -> bool:
    """Whether it is a link that reads as its own address."""
    target = _LINK.sub("", found[1]).removeprefix("//")
    return bool(_LINK.match(found[1])) and (not found[2] or target.strip("/") == found[2] or _is_contact(found))


def _is_contact(found: re.Match[str]) -> bool:
    """Whether it is a number or an address, and reads as that."""
    label = found[2] or found[1]
    figures = re.sub(r"\D", "", label)
    return bool(_CONTACT.match(found[1])) and ("@" in label or re.sub(r"\D", "", found[1]).endswith(figures))


def _typed(found: re.Match[str]) -> str:
    target, label = found[1], found[2]
    if target.startswith(("@", "!subteam", "!date")):
        return f"@{label.removeprefix('@')}" if label and target.startswith(("@", "!s")) else label or ""
    if target.startswith("#"):
        return label or ""
    if target in _SPECIAL:
        return f"@{target[1:]}"
    if _LINK.match(target):
        return label or _CONTACT.sub("", target)
    return found[0]


def _unescaped(text: str) -> str:
    for escaped, plain in _ESCAPES:
        text = text.replace(escaped, plain)
    return text
