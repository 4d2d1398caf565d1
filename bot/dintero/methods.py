"""Dintero's names for payment methods and ours (Dintero reference §4.6)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.domain.choices import MAX_OPTIONS
from bot.domain.methods import Method, RestRelease, sole_wallet, title

METHODS: Final[Mapping[str, Method]] = {
    "bambora.creditcard": Method.CARD,
    "bambora.vipps": Method.VIPPS,
    "bambora.mobilepay": Method.MOBILEPAY,
    "bambora.applepay": Method.APPLE_PAY,
    "bambora.googlepay": Method.GOOGLE_PAY,
    "collector.invoice": Method.WALLEY_INVOICE,
    "collector.invoice_b2b": Method.WALLEY_BUSINESS,
    "collector.invoice_b2b_preapproved": Method.WALLEY_APPROVED,
    "collector.installment": Method.WALLEY_INSTALLMENTS,
    "collector.finance": Method.WALLEY_FINANCING,
    "dintero.wallets": Method.GIFT_CARD,
    "dintero_psp.creditcard": Method.CARD,
    "dintero_psp.vipps": Method.VIPPS,
    "dintero_psp.applepay": Method.APPLE_PAY,
    "dintero_psp.googlepay": Method.GOOGLE_PAY,
    "dintero_psp.clicktopay": Method.CLICK_TO_PAY,
    "instabank.invoice": Method.INSTABANK_INVOICE,
    "instabank.finance": Method.INSTABANK_FINANCING,
    "instabank.installment": Method.INSTABANK_INSTALLMENTS,
    "instabank.postponement": Method.INSTABANK_LATER,
    "klarna.klarna": Method.KLARNA,
    "klarna.billie": Method.BILLIE,
    "kravia.invoice_b2c": Method.KRAVIA_INVOICE,
    "kravia.invoice_b2b": Method.KRAVIA_BUSINESS,
    "kravia.invoice_b2b_grouped": Method.KRAVIA_GROUPED,
    "netaxept.creditcard": Method.CARD,
    "payex.creditcard": Method.CARD,
    "payex.vipps": Method.VIPPS,
    "payex.mobilepay": Method.MOBILEPAY,
    "payex.swish": Method.SWISH,
    "payex.applepay": Method.APPLE_PAY,
    "payex.googlepay": Method.GOOGLE_PAY,
    "payex.clicktopay": Method.CLICK_TO_PAY,
    "santander.debit_account": Method.SANTANDER,
    "seitatech.in_person": Method.TERMINAL,
    "swish.swish": Method.SWISH,
    "two.invoice_b2b": Method.TWO,
    "vipps": Method.VIPPS,
}
"""`block.product`, or the block alone. `dintero.zero` and `dintero.external` are no choice of a seller's."""


_VOIDS_REST: Final = frozenset(
    {
        "klarna.billie",
        "klarna.klarna",
        "payex.applepay",
        "payex.clicktopay",
        "payex.creditcard",
        "payex.googlepay",
        "payex.mobilepay",
        "payex.vipps",
        "vipps",
    }
)


def rest_release(product_type: str) -> RestRelease:
    """How the rest of a part capture is released (Dintero reference §8)."""
    if product_type in _VOIDS_REST:
        return RestRelease.VOID
    return RestRelease.LAST_CAPTURE if product_type.startswith("dintero_psp.") else RestRelease.NEVER


def read_methods(text: str) -> dict[str, tuple[str, ...]]:
    """Read `dintero_psp.creditcard, vipps, klarna.klarna`: our word to Dintero's names of it, in that order.

    Cards may have several providers. Of a wallet there is one: two would be no single wallet, and get no push.

    Raises:
        ValueError: with what to write instead.

    """
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = next((n for n, name in enumerate(names, start=1) if name not in METHODS), None)
    if unknown is not None:  # it is not repeated: who knows what was pasted here
        raise ValueError(f"number {unknown} is no such method. Dintero knows {', '.join(METHODS)}")
    methods: dict[str, tuple[str, ...]] = {}
    for name in dict.fromkeys(names):
        word = METHODS[name]
        methods[word] = (*methods.get(word, ()), name)
        if len(methods[word]) > 1 and sole_wallet((word,)):
            both = " and ".join(methods[word])
            raise ValueError(f"{both} are both {title(word)}; name the one that the payment profile has")
    if len(methods) > MAX_OPTIONS:
        raise ValueError(f"at most {MAX_OPTIONS} methods, those that sellers choose from")
    return methods


def switched(chosen: Sequence[str], listed: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Every listed method switched on or off by name, because nobody says how deep an override merges (§4.5).

    `listed` maps our words to Dintero's names. Without a choice nothing is switched: the profile decides.
    """
    blocks: dict[str, Any] = {}
    names = {name: word in chosen for word, all_of_it in listed.items() for name in all_of_it}
    for name, enabled in names.items() if chosen else ():
        block, _, product = name.partition(".")
        switch = {"enabled": enabled}
        if product:
            blocks.setdefault(block, {})[product] = switch
        else:
            blocks[block] = switch
    return blocks
