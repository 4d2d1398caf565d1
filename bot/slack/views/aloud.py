"""The sentence that a seller reads to the customer: what will come, from whom, how much, until when."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

from bot.domain.codeword import code_word
from bot.domain.draft_lines import sums
from bot.domain.drafts import Draft
from bot.domain.field_parsers import parse_deadline
from bot.domain.links import Delivered, Link
from bot.domain.methods import sole_wallet
from bot.domain.orders import ON_OUR_PAGE, Delivery
from bot.domain.stories import Story
from bot.slack.views.blocks import Block, Look, escape, section

_FILE: Final = Path(__file__).parents[1] / "aloud.toml"
WORDS: Final[Mapping[str, Mapping[str, str]]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
_LOCALES: Final = {"nb": "nb_NO", "sv": "sv_SE", "da": "da_DK", "fi": "fi_FI", "en": "en_GB"}
_NORWEGIAN: Final = {"no": "nb", "nn": "nb"}
_CAME: Final = frozenset({Delivered.SENT, Delivered.BY_PROFILE})
_STAYED: Final = frozenset({Delivered.SKIPPED, Delivered.FAILED, Delivered.SIMULATED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What a seller tells the customer on the phone; `amount` in minor units."""

    delivery: Delivery
    amount: int
    currency: str
    until: datetime
    draft_id: str
    methods: tuple[str, ...] = ()
    """All that it can be paid with; empty when nobody knows."""
    by_hand: bool = False
    """The seller hands the link over, whatever way was meant."""


def read_aloud(promise: Promise, look: Look) -> Block:
    """The sentence in the customers' language and in English."""
    languages = dict.fromkeys((language_of(look.locale), "en"))
    said = "\n>\n".join(f">{_sentence(promise, look, language)}" for language in languages)
    return section(f"🗣️ *Say to the customer*\n{said}")


def promised(story: Story, link: Link, *, by_hand: bool = False) -> Promise:
    """What can be said of a link that was made; a message that did not go out is not promised."""
    order = story.order
    delivered = link.facts.delivered
    gone = delivered in _CAME if order.delivery is Delivery.SMS else delivered not in _STAYED
    return Promise(
        delivery=order.delivery,
        amount=link.amount,
        currency=link.currency,
        until=link.expires_at,
        draft_id=order.draft_id,
        methods=order.methods,
        by_hand=by_hand or not gone,
    )


def aloud_of(draft: Draft, currency: str, look: Look, now: datetime) -> list[Block]:
    """What to say to the customer, once the amount and the deadline can be read; `currency` is the shop's own."""
    money = draft.currency or currency
    found = sums(draft, money, look.choices)
    try:
        until = parse_deadline(draft.deadline, now, look.zone)
    except ValueError:
        return []
    if found is None:
        return []
    promise = Promise(
        delivery=Delivery(draft.delivery),
        amount=found.total,
        currency=money,
        until=until,
        draft_id=draft.ordered_as or draft.id,
        methods=look.choices.payable(draft.methods),
    )
    return [read_aloud(promise, look)]


def moment(at: datetime, look: Look, language: str = "en") -> str:
    """A day and a clock time in the shop's zone: `Friday 27 November at 14:05`."""
    there = at.astimezone(ZoneInfo(look.timezone))
    day, clock = _day(there.date(), language), _clock(time(there.hour, there.minute), language)
    return WORDS[language]["moment"].format(day=day, time=clock)


# Each takes as long as all the rest of a form, and every form says when its link would end.
@lru_cache(maxsize=1024)
def _day(day: date, language: str) -> str:
    return format_date(day, WORDS[language]["date"], locale=_LOCALES[language])


@lru_cache(maxsize=2048)
def _clock(at: time, language: str) -> str:
    return format_time(at, "short", locale=_LOCALES[language])


def language_of(locale: str) -> str:
    """The language of ours that a locale speaks, else English."""
    language = locale.partition("_")[0].lower()
    language = _NORWEGIAN.get(language, language)
    return language if language in WORDS else "en"


def _sentence(promise: Promise, look: Look, language: str) -> str:
    words = WORDS[language]
    shop = escape(look.seller) or words["us"]
    wallet = sole_wallet(promise.methods) or ""
    told = [
        words[_way(promise, wallet)].format(amount=_money(promise, look), shop=shop, wallet=wallet),
        words["until"].format(until=moment(promise.until, look, language)),
    ]
    if promise.delivery in ON_OUR_PAGE:
        told.append(words["word"].format(word=f"*{code_word(promise.draft_id)}*"))
    return " ".join(told)


def _way(promise: Promise, wallet: str) -> str:
    if promise.delivery is Delivery.SMS and wallet and not promise.by_hand:
        return "push"
    wanted = Delivery.LINK if promise.by_hand else promise.delivery
    return str(Delivery.LINK if wanted is Delivery.APP and not wallet else wanted)


def _money(promise: Promise, look: Look) -> str:
    return look.money(promise.amount, promise.currency)
