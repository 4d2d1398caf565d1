"""Dintero's words for methods and failures, as people know them."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

MAX_SENTENCE: Final = 200
"""How much of somebody else's message is shown, in characters."""

_PHONE = re.compile(r"\d(?:[\s().\-/]?\d){6,}")
_SPACE = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
_NOT_WORD = re.compile(r"[^A-Z0-9]+")

REFUSED: Final = "the payment provider refused it"

FAILURES: Final[Mapping[str, str]] = {
    "DECLINED": "the card or wallet declined it",
    "REJECTED": "the card or wallet declined it",
    "ISSUER_ERROR": "the customer's bank could not answer",
    "PICK_UP_CARD": "the card is blocked",
    "RESTRICTED_CARD": "the card may not be used for this",
    "INVALID_MERCHANT": "the payment method is not set up for this shop",
    "INVALID_TRANSACTION": "the card or wallet does not allow this payment",
    "INVALID_AMOUNT": "the amount is not accepted",
    "INSUFFICIENT_FUNDS": "not enough money on the card",
    "CLOSED_ACCOUNT": "the customer's account is closed",
    "EXPIRED_CARD": "the card has expired",
    "EXCEEDS_APPROVAL_LIMIT": "the amount is above the card's limit",
    "EXCEEDS_WITHDRAWAL_FREQUENCY_LIMIT": "the card was used too often",
    "PIN_REQUIRED": "the card wants a PIN",
    "FAILED_VERIFICATION": "the customer could not be verified",
    "ADDITIONAL_VERIFICATION_REQUIRED": "the bank wants the customer to confirm it",
    "AUTHORIZATION": "the customer could not be verified",
    "CANCELLED": "the customer stopped it",
    "CANCELED": "the customer stopped it",
    "TIMEOUT": "it took too long",
    "TIMED_OUT": "it took too long",
    "EXPIRED": "it took too long",
    "FAILED": "it was rejected or hit a technical problem",
    "ERROR": "a technical problem at the payment provider",
    "UNKNOWN": REFUSED,
}
"""Words of `error.type` (Dintero reference §6), of callbacks (§10), and those seen in `details.error` (§5)."""

_PRODUCTS: Final[Mapping[str, str]] = {
    "creditcard": "card",
    "vipps": "Vipps",
    "mobilepay": "MobilePay",
    "swish": "Swish",
    "applepay": "Apple Pay",
    "googlepay": "Google Pay",
    "clicktopay": "Click to Pay",
    "klarna": "Klarna",
    "billie": "Billie",
    "in_person": "card terminal",
    "wallets": "gift card",
}
_BLOCKS: Final[Mapping[str, str]] = {
    "collector": "Walley",
    "kravia": "Kravia",
    "two": "Two",
    "instabank": "Instabank",
    "santander": "Santander",
    "klarna": "Klarna",
    "vipps": "Vipps",
    "swish": "Swish",
}


def method(product: str, product_type: str) -> str | None:
    """How it was paid: `vipps` → Vipps, `payex.creditcard` → card, `collector.invoice` → Walley; else the product."""
    block, _, name = product_type.partition(".")
    known = _PRODUCTS.get(name or block) or _BLOCKS.get(block) or _BLOCKS.get(product)
    return known or product or product_type or None


def failure(words: Iterable[str], otherwise: str = REFUSED) -> str:
    """Why a payment failed, by the first of `words` that is known."""
    for word in words:
        known = FAILURES.get(_NOT_WORD.sub("_", word.upper()).strip("_"))
        if known is not None and known != REFUSED:
            return known
    return otherwise


def presentable(message: str) -> str | None:
    """Dintero's message if it is a sentence fit to show, cut to 200 characters; None otherwise.

    What could hold a phone number or an e-mail address is not shown, nor is a bare code such as FORBIDDEN.
    """
    text = _SPACE.sub(" ", message).strip()
    if not text or "@" in text or _PHONE.search(text) or text == text.upper():
        return None
    return text if len(text) <= MAX_SENTENCE else f"{text[: MAX_SENTENCE - 1].rstrip()}…"
