"""The mail itself: a text and the same as HTML, in the shop's language. Nothing in it is fetched from anywhere."""

import tomllib
from collections.abc import Mapping
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from bot.domain.codeword import code_word
from bot.domain.mails import Letter
from bot.domain.wording import LANGUAGES, Words
from bot.mail.config import House, Sender

_HERE: Final = Path(__file__).parent
_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def _read(language: str) -> Words:
    return Words(language, tomllib.loads((_HERE / "words" / f"{language}.toml").read_text(encoding="utf-8")))


WORDS: Final[Mapping[str, Words]] = {language: _read(language) for language in LANGUAGES}

MOST_MAILTO: Final = 2500
"""Bytes of a prefilled mail's address: mail programs and Slack take about this much (Slack reference §12)."""


def write_mail(sender: Sender, letter: Letter, *, to: str, now: datetime) -> EmailMessage:
    """The mail about a link, to the address `to`.

    Raises:
        ValueError: when the recipient cannot stand in a header.

    """
    words = WORDS[sender.language]
    told = _told(sender, words, letter)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(sender.address.display_name or sender.name, addr_spec=sender.address.addr_spec)
    mail["To"] = Address(addr_spec=to)
    if sender.contact and sender.contact.address.startswith("mailto:"):
        mail["Reply-To"] = Address(addr_spec=sender.contact.address.removeprefix("mailto:"))
    mail["Subject"] = told["subject"]
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{letter.id}@{sender.address.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = words.language
    mail.set_content(_TEMPLATES.get_template("letter.txt").render(told), cte="quoted-printable")
    html = _TEMPLATES.get_template("letter.html").render(told)
    mail.add_alternative(html, subtype="html", cte="quoted-printable")
    return mail


def mailto(sender: House, letter: Letter) -> str:
    """An address that opens the seller's own mail program with the mail filled in (RFC 6068)."""
    words = WORDS[sender.language]
    told = _told(sender, words, letter)
    text = "\r\n\r\n".join([told["asks"], told["until"], letter.page, told["code_word_hint"]])
    whole = f"mailto:{quote(letter.order.email or '', safe='@')}?subject={quote(told['subject'], safe='')}"
    full = f"{whole}&body={quote(text, safe='')}"
    return full if len(full) <= MOST_MAILTO else f"{whole}&body={quote(letter.page, safe='')}"


def _told(sender: House, words: Words, letter: Letter) -> dict[str, Any]:
    """Everything that stands in a mail, as plain text."""
    order, link = letter.order, letter.link
    amount = words.money(link.amount, link.currency)
    subject = "subject" if sender.name else "subject_unnamed"
    named = {"name": sender.name} if sender.name else {}
    line = words.plain(subject, amount=amount, reference=link.reference, **named)
    lines = [
        {
            "quantity": words.number(line.quantity),
            "text": line.text,
            "total": words.money(line.total, order.currency),
        }
        for line in order.lines
    ]
    return {
        "words": words,
        "sender": sender,
        "subject": words.plain("subject_reminder", subject=line) if letter.reminder else line,
        "greeting": words.plain("greeting_named", name=order.name) if order.name else words.plain("greeting"),
        "asks": words.plain("asks" if sender.name else "asks_unnamed", amount=amount, **named),
        "reminder": letter.reminder,
        "lines": lines,
        "amount": amount,
        "vat": words.plain("vat", amount=words.money(order.vat_amount, order.currency)),
        "until": words.plain("until", moment=words.plain_moment(link.expires_at, sender.zone)),
        "page": letter.page,
        "page_hint": words.plain("page_hint", host=urlsplit(letter.page).netloc),
        "code_word": code_word(order.draft_id),
        "code_word_hint": words.plain("code_word_hint", word=code_word(order.draft_id)),
        "reference": link.reference,
        "terms": order.terms if order.terms.startswith("https://") else "",
        "contact": words.plain("contact", contact=sender.contact.words) if sender.contact else words.plain("ask_them"),
    }
