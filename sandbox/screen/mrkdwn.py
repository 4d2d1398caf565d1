"""Slack's mrkdwn as HTML (Slack reference §12)."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from emoji import emojize
from markupsafe import Markup

from sandbox.slack.reading import DATES

ENTITY = re.compile(r"<([^<>\n]+)>")
CODE = re.compile(r"```(.+?)```|`([^`\n]+)`", re.DOTALL)
BARE = re.compile(r"https?://[^\s<>|\ue000]+[^\s<>|.,;:!?)\ue000]")
HELD = re.compile("\ue000(\\d+)\ue001")
STYLES = {"*": "strong", "_": "em", "~": "s"}
STYLE = re.compile(r"(?<![\w*_~`])([*_~])(?=\S)([^\n]+?)(?<=\S)\1(?![\w*_~`])")
QUOTE = re.compile(r"^(?:&gt;|>) ?")
PERMALINK = re.compile(r"https://shop\.slack\.com/archives/(\w+)/p(\d+)(\d{6})(?:\?thread_ts=([\d.]+))?")
"""A message's address at Slack (Slack reference §10): the workspace is on this page, not there."""
NEAR = {0: "today", 1: "tomorrow", -1: "yesterday"}


@dataclass(frozen=True)
class Reader:
    """Whose eyes see it: the names they know, their time, and the addresses that open on the customer's phone."""

    names: dict[str, str]
    now: datetime
    zone: ZoneInfo
    phone_opens: str
    called: str = ""
    """The id of the person whose eyes these are."""

    def mrkdwn(self, text: str, *, verbatim: bool = False) -> Markup:
        """Entities, dates and styles made HTML; whatever else was written stays text."""
        held: list[str] = []

        def hold(html: str) -> str:
            held.append(html)
            return f"\ue000{len(held) - 1}\ue001"

        text = re.sub("[\ue000\ue001]", "", text)
        text = CODE.sub(lambda found: hold(_code(found)), text)
        text = ENTITY.sub(lambda found: hold(self._entity(found[1])), text)
        if not verbatim:
            text = BARE.sub(lambda found: hold(self.link(_plain(found[0]))), text)
        html = "".join(_line(line) for line in text.split("\n")).removesuffix("<br>")
        while HELD.search(html):  # a held piece may stand inside another's label
            html = HELD.sub(lambda found: held[int(found[1])], html)
        return Markup(html)  # noqa: S704  every piece was escaped where it was made

    def plain(self, text: str, *, emoji: bool = True) -> Markup:
        """A plain_text object: nothing in it is live but, where it says so, the names of emoji."""
        return Markup("<br>").join((emojize(text, language="alias") if emoji else text).split("\n"))

    @staticmethod
    def pressed(element: dict[str, Any]) -> dict[str, Any]:
        """What of an element goes along when it is pressed."""
        return {key: element[key] for key in ("type", "action_id", "text", "value", "style") if key in element}

    def link(self, target: str, label: str = "") -> Markup:
        """A link; one to the payment page opens on the customer's phone. An address that is none stays text."""
        if not target.startswith(("http://", "https://", "mailto:", "tel:")):
            return Markup("&lt;{}&gt;").format(f"{target}|{label}" if label else target)
        words = label or re.sub("^(mailto|tel):", "", target)
        if (found := PERMALINK.match(target)) is not None:
            target = f"/?as={self.called}&in={found[1]}&thread={found[4] or f'{found[2]}.{found[3]}'}"
        where = "phone" if target.startswith(self.phone_opens) else "_blank"
        return Markup('<a href="{}" target="{}" rel="noopener">{}</a>').format(target, where, words)

    def moment(self, at: datetime, tokens: str = "{time}", fallback: str = "") -> str:
        """A date token's text in the reader's zone."""
        here = at.astimezone(self.zone)
        near = NEAR.get((here.date() - self.now.astimezone(self.zone).date()) // timedelta(days=1))

        def token(found: re.Match[str]) -> str:
            if found[1].endswith("_pretty") and near:
                return near
            return here.strftime(DATES[found[1]]) if found[1] in DATES else fallback

        return re.sub(r"{(\w+)}", token, tokens)

    def _entity(self, inside: str) -> str:
        target, _, label = inside.partition("|")
        if target.startswith("!date^"):
            return self._date(target, label)
        if target[:1] in {"@", "#", "!"}:
            called = self.names.get(target[1:]) or label or target.replace("!", "@", 1)
            return f'<span class="mention">{escape(_plain(called))}</span>'
        return self.link(_plain(target), _plain(label))

    def _date(self, target: str, fallback: str) -> str:
        try:
            _, unix, tokens, *_link = target.split("^")
            at = datetime.fromtimestamp(int(unix), UTC)
            at.astimezone(self.zone)
        except (ValueError, OverflowError, OSError):
            return escape(_plain(fallback))
        return f'<time datetime="{at.isoformat()}">{escape(self.moment(at, _plain(tokens), fallback))}</time>'


def _plain(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _code(found: re.Match[str]) -> str:
    if found[1]:
        return f"<pre>{escape(_plain(found[1].strip(chr(10))))}</pre>"
    return f"<code>{escape(_plain(found[2]))}</code>"


def _line(line: str) -> str:
    quoted, line = QUOTE.match(line), QUOTE.sub("", line)
    html = escape(_plain(line), quote=False)
    html = emojize(html, language="alias")
    for _ in STYLES:  # one inside the other
        html = STYLE.sub(lambda found: f"<{STYLES[found[1]]}>{found[2]}</{STYLES[found[1]]}>", html)
    return f"<blockquote>{html or '<br>'}</blockquote>" if quoted else f"{html}<br>"
