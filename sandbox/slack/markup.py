"""What Slack makes of typed text before an app gets it: escapes, mentions, links (Slack reference §5, §12)."""

import re
from typing import Any

from .state import State

_WEB = r"https?://[^\s<>|]*[^\s<>|.,;:!?)]"
_MAIL = r"[\w.+-]+@(?:[\w-]+\.)+[A-Za-z]{2,}"
_DOMAIN = r"(?<![\w@/.-])(?:[\w-]+\.)+(?:example|com|net|org|no|se|dk|fi)\b(?:/[^\s<>|]*[^\s<>|.,;:!?)])?"
_ADDRESS = re.compile(f"({_WEB})|({_MAIL})|({_DOMAIN})")
_TELEPHONE = re.compile(r"(?<![\w/=#|-])\+?\d{8,15}(?![\w/@-])")


def escape(text: str) -> str:
    """The three characters that Slack escapes (Slack reference §12)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def as_sent(text: str, state: State) -> str:
    """The text of a command or a message: escaped, mentions as ids, and links where the workspace's switches say so."""
    text = escape(text)
    if state.addresses_as_links:
        text = _ADDRESS.sub(_link, text)
    ids = {name: key for key, name in state.names.items()}
    outside = re.compile(r"<[^<>]*>|[@#][\w-]+")
    text = outside.sub(lambda found: found[0] if found[0][0] == "<" else _mention(found[0], ids, state), text)
    if state.telephones_as_links:
        links = re.compile(f"<[^<>]*>|{_TELEPHONE.pattern}")
        text = links.sub(lambda found: found[0] if found[0][0] == "<" else f"<tel:{found[0]}|{found[0]}>", text)
    return text


def view_as_sent(payload: dict[str, Any], state: State) -> dict[str, Any]:
    """A view's payload; whether what was typed into its texts comes escaped is UNCONFIRMED (Slack reference §12)."""
    if state.modal_inputs_escaped:
        for elements in payload["state"]["values"].values():
            for element in elements.values():
                if element["type"] == "plain_text_input" and isinstance(element.get("value"), str):
                    element["value"] = _ADDRESS.sub(_link, escape(element["value"]))
    return payload


def _link(found: re.Match[str]) -> str:
    web, mail, domain = found.groups()
    if web:
        return f"<{web}>"
    return f"<mailto:{mail}|{mail}>" if mail else f"<https://{domain}|{domain}>"


def _mention(name: str, ids: dict[str, str], state: State) -> str:
    if name not in ids:
        return name
    hidden = name[0] == "#" and state.channels[ids[name]].kind == "private"
    return f"<{name[0]}{ids[name]}|{'' if hidden else name[1:]}>"
