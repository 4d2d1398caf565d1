"""The customers' pages as HTML, with the headers that keep them to themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from bot.domain.codeword import code_word
from bot.domain.links import Link
from bot.domain.operations import Kind
from bot.domain.page_state import PageState
from bot.domain.wording import Words
from bot.services.visiting import Visit
from bot.web.embedding import Embedding, dinteros_language
from bot.web.merchant import Merchant
from bot.web.words import WORDS, chosen

_HERE: Final = Path(__file__).parent
STYLE: Final = (_HERE / "static" / "page.css").read_text(encoding="utf-8")
SCRIPT: Final = (_HERE / "static" / "seen.js").read_text(encoding="utf-8")
_MOST_LINES: Final = 10
_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """Draws a page in the reader's language. `language` is spoken where the reader wishes for none of ours."""

    merchant: Merchant
    zone: ZoneInfo
    language: str
    embedding: Embedding | None = None
    """Where the checkout stands in our page; else *Pay now* leads to Dintero's."""

    def link(self, request: Request, visit: Visit, token: str) -> HTMLResponse:
        """The page of a link: what is asked for, or what became of it."""
        words = self._words(request)
        payable = visit.state is PageState.PAYABLE
        page = _TEMPLATES.get_template("link.html").render(
            **self._frame(words, ""),
            title=self._asks(words) if payable else words(f"{visit.state}_title"),
            text=None if payable else words(f"{visit.state}_text"),
            refunding=self._refunding(visit.link, words),
            pay_url=visit.link.url if payable else None,
            embedded=visit.link.session_id if payable and self.embedding else None,
            dinteros_language=dinteros_language(words.language),
            order=None if visit.state is PageState.REPLACED else self._order(visit, words),
            token=token,
        )
        return self._answer(page, 200)

    def notice(
        self, request: Request, name: str, *, status: int, root: str = "", again: str | None = None
    ) -> HTMLResponse:
        """A page of a few words. `root` leads to the other pages' folder, `again` to the payment if it may be tried."""
        words = self._words(request)
        page = _TEMPLATES.get_template("notice.html").render(
            **self._frame(words, root), title=words(f"{name}_title"), text=words(f"{name}_text"), again=again
        )
        return self._answer(page, status)

    def _words(self, request: Request) -> Words:
        return WORDS[chosen(request.headers.get("accept-language", ""), self.language)]

    def _asks(self, words: Words) -> Markup:
        return words("asks", name=self.merchant.name) if self.merchant.name else words("asks_unnamed")

    def _frame(self, words: Words, root: str) -> Mapping[str, Any]:
        contact = self.merchant.contact
        link = Markup('<a href="{}">{}</a>').format(contact.address, contact.words) if contact else None
        return {"words": words, "merchant": self.merchant, "contact_link": link, "root": root}

    def _refunding(self, link: Link, words: Words) -> Markup | None:
        amount = link.facts.in_progress.get(Kind.REFUND)
        return words("refund_in_progress", amount=words.money(amount, link.currency)) if amount else None

    def _order(self, visit: Visit, words: Words) -> Mapping[str, Any]:
        order, link = visit.story.order_of(visit.link), visit.link
        lines = [
            {
                "quantity": words.number(line.quantity),
                "text": line.text,
                "total": words.money(line.total, order.currency),
            }
            for line in order.lines[:_MOST_LINES]
        ]
        return {
            "amount": words.money(link.facts.authorized if link.amount_differs else link.amount, link.currency),
            "lines": lines,
            "more": max(len(order.lines) - _MOST_LINES, 0),
            "until": words.moment(link.expires_at, self.zone),
            "until_iso": link.expires_at.isoformat(),
            "code_word": code_word(order.draft_id),
            "reference": link.reference,
        }

    def _answer(self, page: str, status: int) -> HTMLResponse:
        return HTMLResponse(page, status, headers=self._headers())

    def _headers(self) -> Mapping[str, str]:
        pictures = self.merchant.logo_origin or "'none'"
        policy = (
            "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
            f"img-src {pictures}; {self.embedding.policy if self.embedding else ''}"
            "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        )
        return {
            "Cache-Control": "no-store",
            "Vary": "Accept-Language",
            "Referrer-Policy": "no-referrer",
            "X-Robots-Tag": "noindex",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": policy,
        }
