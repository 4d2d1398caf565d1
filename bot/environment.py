"""The variables of the environment that are meant for Paylink, without what others leave there."""

import re
from collections.abc import Container, Mapping
from typing import Any, Final
from unicodedata import category

_OURS: Final = ("PAYLINK_", "SLACK_", "DINTERO_")
_QUOTES: Final = {'"': '"', "'": "'", "`": "`", "“": "”", "‘": "’", "”": "”", "„": "“", "«": "»"}
_INVISIBLE: Final = "\ufeff\u200b\u200c\u200d\u2060\u200e\u200f"
_SERVICE_URL: Final = re.compile(r"(tcp|udp|sctp)://[\w.:\[\]-]+", re.ASCII)
_SERVICE_PORT: Final = re.compile(r"\w+_PORT(_\d+_(TCP|UDP|SCTP))?", re.ASCII)
_SERVICE_PART: Final = re.compile(
    r"(?P<service>\w+?)(_SERVICE_(HOST|PORT(_\w+)?)|_PORT_\d+_(TCP|UDP|SCTP)_(PROTO|PORT|ADDR))", re.ASCII
)


def clean_environment(environment: Mapping[str, str], *, known: Container[str]) -> tuple[dict[str, Any], list[str]]:
    """The settings by field name, and the names of those that begin like ours and are none, sorted.

    `known` holds the fields' names, in small letters. Values lose the blanks around them; an empty one counts as not
    set. What Kubernetes injects for a Service named paylink…, slack… or dintero… is passed over.
    """
    found, unknown = dict[str, Any](), list[str]()
    for name, value in environment.items():
        if name.lower() in known and not _SERVICE_URL.fullmatch(value):
            if text := value.strip().strip(_INVISIBLE).strip():
                found[name.lower()] = text
        elif name.startswith(_OURS) and name.lower() not in known and not _is_injected(name, value, environment):
            unknown.append(_shown(name))
    return found, sorted(unknown)


def check_text(value: str) -> None:
    """Raise ValueError, saying why, when a value cannot be meant so; none of it is in the sentence."""
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        raise ValueError("it holds bytes that are not text (UTF-8)")
    if any(category(letter) == "Cc" for letter in value):
        raise ValueError("it holds a line break, a tab or another invisible character; write it anew")
    if len(value) > 1 and _QUOTES.get(value[0]) == value[-1]:
        raise ValueError("the quotes around it have become a part of the value; take them away")


def check_secret(value: str) -> None:
    """Raise ValueError, saying why, for what no id or secret of Slack or Dintero can be."""
    if value[0] in _QUOTES or value[-1] in _QUOTES.values():
        raise ValueError("there is a quote at one end of it; take it away")
    if not value.isascii() or " " in value:
        raise ValueError("it holds a blank or a letter that such a value never has; copy it again")


def _is_injected(name: str, value: str, environment: Mapping[str, str]) -> bool:
    """Whether Kubernetes made it for a Service (kubernetes.io, "Environment variables" of a Service)."""
    part = _SERVICE_PART.fullmatch(name)
    if part is not None and f"{part['service']}_SERVICE_HOST" in environment:
        return True
    return _SERVICE_PORT.fullmatch(name) is not None and _SERVICE_URL.fullmatch(value) is not None


def _shown(name: str) -> str:
    """The name as far as it is one: a line that was mistyped may have its value there."""
    return re.split(r"\W", name, maxsplit=1, flags=re.ASCII)[0]
