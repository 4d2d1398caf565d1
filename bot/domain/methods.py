"""How a customer may pay: our own words for the methods, and what follows when only one is left."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final


class Method(StrEnum):
    """One way to pay, whoever provides it."""

    CARD = "card"
    VIPPS = "vipps"
    MOBILEPAY = "mobilepay"
    SWISH = "swish"
    APPLE_PAY = "apple_pay"
    GOOGLE_PAY = "google_pay"
    CLICK_TO_PAY = "click_to_pay"
    KLARNA = "klarna"
    BILLIE = "billie"
    WALLEY_INVOICE = "walley_invoice"
    WALLEY_BUSINESS = "walley_business"
    WALLEY_APPROVED = "walley_approved"
    WALLEY_INSTALLMENTS = "walley_installments"
    WALLEY_FINANCING = "walley_financing"
    KRAVIA_INVOICE = "kravia_invoice"
    KRAVIA_BUSINESS = "kravia_business"
    KRAVIA_GROUPED = "kravia_grouped"
    TWO = "two"
    INSTABANK_INVOICE = "instabank_invoice"
    INSTABANK_FINANCING = "instabank_financing"
    INSTABANK_INSTALLMENTS = "instabank_installments"
    INSTABANK_LATER = "instabank_later"
    SANTANDER = "santander"
    TERMINAL = "terminal"
    GIFT_CARD = "gift_card"


class RestRelease(StrEnum):
    """How the rest of a reservation can be released once a part of it was captured, by the payment's method."""

    VOID = "void"
    """By a release of its own."""
    LAST_CAPTURE = "last_capture"
    """Only together with a capture that is the last one."""
    NEVER = "never"


_TITLES: Final[Mapping[str, str]] = {
    Method.CARD: "Card",
    Method.VIPPS: "Vipps",
    Method.MOBILEPAY: "MobilePay",
    Method.SWISH: "Swish",
    Method.APPLE_PAY: "Apple Pay",
    Method.GOOGLE_PAY: "Google Pay",
    Method.CLICK_TO_PAY: "Click to Pay",
    Method.KLARNA: "Klarna",
    Method.BILLIE: "Billie",
    Method.WALLEY_INVOICE: "Walley invoice",
    Method.WALLEY_BUSINESS: "Walley invoice for businesses",
    Method.WALLEY_APPROVED: "Walley invoice for approved businesses",
    Method.WALLEY_INSTALLMENTS: "Walley installments",
    Method.WALLEY_FINANCING: "Walley financing",
    Method.KRAVIA_INVOICE: "Kravia invoice",
    Method.KRAVIA_BUSINESS: "Kravia invoice for businesses",
    Method.KRAVIA_GROUPED: "Kravia collective invoice for businesses",
    Method.TWO: "Two invoice for businesses",
    Method.INSTABANK_INVOICE: "Instabank invoice",
    Method.INSTABANK_FINANCING: "Instabank financing",
    Method.INSTABANK_INSTALLMENTS: "Instabank installments",
    Method.INSTABANK_LATER: "Instabank, pay later",
    Method.SANTANDER: "Santander",
    Method.TERMINAL: "Card terminal",
    Method.GIFT_CARD: "Gift card",
}
_PUSHES: Final = frozenset({Method.VIPPS, Method.MOBILEPAY, Method.SWISH})
_OPENS_APP: Final = frozenset({Method.VIPPS, Method.MOBILEPAY})


def title(method: str) -> str:
    """What people call a method; a word that nobody knows any more as it is."""
    return _TITLES.get(method, method)


def sole_wallet(methods: Sequence[str]) -> str | None:
    """What people call the wallet whose app gets a push in the SMS's place; None when it stays an SMS.

    `methods` are all that a link can be paid with; empty when nobody knows (Dintero reference §4.5).
    """
    return title(methods[0]) if len(methods) == 1 and methods[0] in _PUSHES else None


def wallet_life(wallet: str) -> str:
    """How long a wallet keeps what only its app opens, in words; Swish does not say (Dintero reference §4.5)."""
    return "5 to 10 minutes" if wallet in {title(method) for method in _OPENS_APP} else "a few minutes"


def opens_app(methods: Sequence[str]) -> bool:
    """Whether a link that can be paid with these alone may open an app by itself (Dintero reference §4.5)."""
    return len(methods) == 1 and methods[0] in _OPENS_APP
