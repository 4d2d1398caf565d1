"""Our own words for ways to pay, and what follows when there is only one."""

import pytest

from bot.domain.methods import Method, opens_app, sole_wallet, title


@pytest.mark.parametrize(
    ("methods", "wallet"),
    [
        (("vipps",), "Vipps"),
        (("mobilepay",), "MobilePay"),
        (("swish",), "Swish"),
        (("card",), None),
        (("klarna",), None),
        (("vipps", "swish"), None),
        ((), None),
    ],
)
def test_a_single_wallet_gets_a_push_in_the_smss_place(methods, wallet):
    assert sole_wallet(methods) == wallet


@pytest.mark.parametrize(("methods", "so"), [(("vipps",), True), (("swish",), False), (("vipps", "card"), False)])
def test_only_vipps_and_mobilepay_open_by_themselves(methods, so):
    assert opens_app(methods) is so


def test_every_method_has_a_name_for_people():
    assert all(title(method) != method.value for method in Method)
    assert title("cowrie_shells") == "cowrie_shells", "an order of another time is still shown"
