"""What a shop offers beside the usual: read from its settings, chosen in a form, and refused when it is not offered."""

import pytest

from bot.domain.choices import NO_CHOICES, Choices, Profile, Shipping, read_profiles, read_shipping

HOME = Shipping("Home delivery", 9950, "NOK", 2500)
SHOP = Choices(
    methods=("card", "vipps", "swish"),
    profiles=(Profile("default", "Web shop"), Profile("P1.b", "Workshop")),
    shipping=(HOME, Shipping("Collect in shop", 0, "NOK", 2500)),
)


def shipping(text, currency="NOK"):
    return [(one.name, one.price) for one in read_shipping(text, currency=currency, vat=2500)]


def test_profiles_are_read_as_pairs():
    assert read_profiles(" default = Web  shop, P12345678.abc=Workshop ,") == (
        Profile("default", "Web shop"),
        Profile("P12345678.abc", "Workshop"),
    )
    assert read_profiles("") == ()


@pytest.mark.parametrize("text", ["default", "=Web shop", "default=", "-=Web shop", "Web, shop=x,", "a=b, a=c"])
def test_profiles_that_are_no_pairs_are_refused(text):
    with pytest.raises(ValueError, match=r"default=Web shop|twice"):
        read_profiles(text)


def test_a_comma_inside_a_price_does_not_begin_the_next_option():
    assert shipping("Home delivery=99,50, Collect in shop=0") == [("Home delivery", 9950), ("Collect in shop", 0)]
    assert shipping("Home delivery=1 249, Collect in shop=0,00") == [("Home delivery", 124900), ("Collect in shop", 0)]
    assert shipping("Home=500", "JPY") == [("Home", 500)]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Home delivery", "write Home delivery=99"),
        ("Home delivery=much", "a price cannot be read. This is not an amount"),
        ("Home delivery=-5", "a price cannot be read. Enter more than 0"),
        ("Home=99 SEK", "a price cannot be read. This link is in NOK"),
        ("Home=1, Home=2", "twice"),
        (f"{'x' * 76}=1", "at most 75"),
        (", ".join(f"Way {n}=1" for n in range(51)), "at most 50"),
    ],
)
def test_shipping_without_a_price_is_refused_with_the_mend(text, why):
    with pytest.raises(ValueError, match=why):
        shipping(text)


def test_what_costs_something_is_an_order_line_and_what_is_free_is_none():
    line = HOME.line

    assert (line.total, line.vat, line.text) == (9950, 2500, "Home delivery")
    assert SHOP.shipping[1].line is None


def test_nothing_ticked_means_whatever_the_profile_has_unless_it_has_only_one():
    assert SHOP.payable(()) == ()
    assert SHOP.payable(("vipps",)) == ("vipps",)
    assert Choices(methods=("vipps",)).payable(()) == ("vipps",)


def test_methods_come_in_the_shops_order_whatever_was_ticked_first():
    assert SHOP.read_methods(("swish", "card"), for_app=False) == ("card", "swish")


@pytest.mark.parametrize("methods", [("vipps",), ("mobilepay",)])
def test_an_app_link_opens_the_app_of_its_only_method(methods):
    assert Choices(methods=("mobilepay", "vipps")).read_methods(methods, for_app=True) == methods


@pytest.mark.parametrize("methods", [(), ("card",), ("swish",), ("card", "vipps")])
def test_any_other_choice_opens_no_app(methods):
    with pytest.raises(ValueError, match="exactly one payment method, and that one Vipps or MobilePay"):
        SHOP.read_methods(methods, for_app=True)


def test_what_is_not_offered_cannot_be_chosen():
    with pytest.raises(ValueError, match="Klarna cannot be chosen any more"):
        SHOP.read_methods(("klarna",), for_app=False)
    with pytest.raises(ValueError, match="Choose another"):
        SHOP.read_profile("P1.c")
    with pytest.raises(ValueError, match="“By dragon” cannot be chosen"):
        SHOP.read_address("By dragon", "NOK")


def test_an_order_keeps_its_profile_where_profiles_have_no_names():
    assert NO_CHOICES.read_profile("P1.c") == "P1.c"


def test_a_price_in_another_currency_is_refused_and_a_free_one_is_not():
    with pytest.raises(ValueError, match="costs 99,50 NOK, and this link is in SEK"):
        SHOP.read_address("Home delivery", "SEK")

    assert SHOP.read_address("Collect in shop", "SEK").price == 0
    assert SHOP.read_address("", "SEK") is None
