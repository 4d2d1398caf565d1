"""Small pieces of Block Kit, and the few ways in which text becomes safe to show."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.domain.choices import NO_CHOICES, Choices
from bot.domain.money import format_money

Block = dict[str, Any]

_TOKENS: Final = (
    (re.compile(r"<!date\^[^|>]*\|([^>]*)>"), r"\1"),
    (re.compile(r"<#[^>|]*>"), "the channel"),
    (re.compile(r"\*([^*\n]+)\*"), r"\1"),
    (re.compile(r"\b_([^_\n]+)_\b"), r"\1"),
)


_NO_PICTURE: Final = (
    "Slack could not fetch the picture of the QR code. The link itself works: *Show link* on the card has it."
)
_FIRST_MENTION: Final = re.compile(r"(^|[.!?] )<@[A-Z0-9]+>", re.MULTILINE)
_MENTION: Final = re.compile(r"<@[A-Z0-9]+>")


@dataclass(frozen=True, slots=True)
class Look:
    """How amounts, times and taxes are written here, and whether the money is play money."""

    locale: str = "nb_NO"
    timezone: str = "Europe/Oslo"
    country: str = "NO"
    """Whose VAT rates a form offers."""
    sandbox: bool = False
    choices: Choices = NO_CHOICES
    """What a form offers beside the usual."""
    workspace_url: str = ""
    """Where Slack shows this workspace, as in `https://shop.slack.com/`; empty when Slack did not say."""
    seller: str = ""
    """Who asks for money, as customers know them."""
    mails: bool = False
    """Whether there is a mail server."""

    def money(self, minor: int, currency: str) -> str:
        """An amount as its readers write it."""
        return format_money(minor, currency, self.locale)

    @property
    def zone(self) -> ZoneInfo:
        """The shop's zone."""
        return ZoneInfo(self.timezone)

    def permalink(self, channel: str, ts: str, thread: str | None = None) -> str:
        """Where a message stands, without asking Slack (Slack reference §10); empty when nobody can know."""
        if not self.workspace_url:
            return ""
        within = f"?thread_ts={thread}&cid={channel}" if thread else ""
        return f"{self.workspace_url}archives/{channel}/p{ts.replace('.', '')}{within}"

    def date(self, at: datetime) -> str:
        """A moment in each reader's own zone and language; the fallback names its zone. Only for mrkdwn."""
        return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{self.plain_date(at)}>"

    def plain_date(self, at: datetime) -> str:
        """A moment where tokens are not understood, with its zone."""
        return at.astimezone(ZoneInfo(self.timezone)).strftime("%-d %b %Y %H:%M %Z")


@dataclass(frozen=True, slots=True)
class Message:
    """What is posted: `text` for notifications and screen readers, `blocks` for the eye."""

    text: str
    blocks: list[Block] = field(default_factory=list)


def length(text: str) -> int:
    """UTF-16 units: the stricter of the ways in which Slack may count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def fit(text: str, most: int) -> str:
    """The text, cut with an ellipsis when it is longer than `most`."""
    if length(text) <= most:
        return text
    while length(text) > most - 1:
        text = text[: -max((length(text) - most + 1) // 2, 1)]
    return f"{text.rstrip()}…"


def escape(text: str) -> str:
    """Typed text made harmless in mrkdwn, on one line. Done once, where it is put out."""
    return " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def person(user_id: str | None) -> str:
    """Somebody in Slack, or `somebody`."""
    return f"<@{user_id}>" if user_id else "somebody"


def spoken(mrkdwn: str) -> str:
    """Our own mrkdwn for notifications and screen readers: no date tokens, no stars; mentions stay."""
    for pattern, plainly in _TOKENS:
        mrkdwn = pattern.sub(plainly, mrkdwn)
    return mrkdwn


def nameless(text: str) -> str:
    """A text that calls nobody: `<@U1> asked` → `A colleague asked`."""
    return _MENTION.sub("a colleague", _FIRST_MENTION.sub(r"\1A colleague", text))


def plain(text: str, most: int = 3000, *, emoji: bool = False) -> Block:
    """A plain_text object; nothing in it is live."""
    return {"type": "plain_text", "text": fit(text, most), "emoji": emoji}


def mrkdwn(text: str, most: int = 3000) -> Block:
    """An mrkdwn object that makes no links out of typed text."""
    return {"type": "mrkdwn", "text": fit(text, most), "verbatim": True}


def mail_link(address: str) -> Block:
    """What opens the seller's mail app, the mail filled in; `address` begins with `mailto:` (Slack reference §12)."""
    return section(f"<{escape(address)}|Open in mail app>: the mail is filled in; look at it and send it.")


def section(text: str) -> Block:
    """A paragraph of mrkdwn."""
    return {"type": "section", "text": mrkdwn(text)}


def header(text: str) -> Block:
    """The first line, large."""
    return {"type": "header", "text": plain(text, 150, emoji=True)}


def context(*texts: str | Block) -> Block:
    """Small print: mrkdwn, or text objects."""
    return {"type": "context", "elements": [mrkdwn(text) if isinstance(text, str) else text for text in texts]}


def code_to_scan(picture: str, reference: str) -> Block:
    """A picture of a link's QR code; Slack fetches it from `picture`, an address of ours (Slack reference §15)."""
    words = f"QR code that opens the page on which {reference} is paid"
    return {"type": "image", "image_url": picture, "alt_text": fit(words, 2000)}


def without_pictures(blocks: Sequence[Block]) -> list[Block]:
    """The blocks with words where pictures stood: Slack refuses the whole when its servers cannot fetch one (§9)."""
    return [section(_NO_PICTURE) if block["type"] == "image" else block for block in blocks]


def plainer(message: Message) -> Iterator[Message]:
    """A message, and what says the same should Slack refuse to show it: without its pictures, then as text alone."""
    yield message
    plain_blocks = without_pictures(message.blocks)
    if plain_blocks != message.blocks:
        yield replace(message, blocks=plain_blocks)
    yield replace(message, blocks=[])


def option(text: str, value: str, description: str = "") -> Block:
    """A choice of a menu, of radio buttons or of checkboxes."""
    made: Block = {"text": plain(text, 75), "value": value}
    return made | ({"description": plain(description, 75)} if description else {})


def buttons(*elements: Block) -> Block:
    """A row of buttons inside a form, named after its first: a form may have several rows."""
    return {"type": "actions", "block_id": f"buttons:{elements[0]['action_id']}", "elements": list(elements)}


def button(action_id: str, label: str, value: str = "", spoken: str = "") -> Block:
    """A button; `spoken` is what screen readers say instead of its label."""
    made: Block = {"type": "button", "action_id": action_id, "text": plain(label, 75)}
    if value:
        made["value"] = value
    if spoken:
        made["accessibility_label"] = fit(spoken, 75)
    return made


def modal(
    title: str, blocks: list[Block], *, callback_id: str, metadata: str, submit: str = "", close: str = "Cancel"
) -> Block:
    """A form, or with nothing to submit a notice in a form's place."""
    view: Block = {
        "type": "modal",
        "callback_id": callback_id,
        "private_metadata": metadata,
        "title": plain(title, 24),
        "close": plain(close if submit else "Close", 24),
        "blocks": blocks,
    }
    return view | ({"submit": plain(submit, 24)} if submit else {})
