"""The sentence to read to the customer: what will come, from whom, how much, until when, and the code word."""

import re

import pytest

from bot.domain.codeword import code_word
from tests.stories.lining import adds, has_lines, opens_lines
from tests.stories.shop import ACCOUNT, opened_shop

GOOD = "249,50 91234567 Tow bar #4711"
UNTIL = "You can pay until Friday 27 November at 13:00."


@pytest.fixture
async def fjord(database):
    async with opened_shop(database, account="P12345678", paylink_merchant_name="Fjord & Fjell") as shop:
        yield shop


def aloud(view):
    """What stands below *Say to the customer*: the customers' language, then English."""
    said = view.read().replace("\xa0", " ").replace("&amp;", "&")
    _, _, below = said.partition("🗣️ Say to the customer\n")
    return [line.removeprefix(">") for line in below.split("\n") if line.startswith(">") and line != ">"]


async def settled(shop, doing):
    await doing
    await shop.bot.owned.settled()


async def test_the_last_words_of_the_form_are_those_to_say(fjord):
    form = await fjord.opens_form(GOOD)

    norwegian = "Du får en SMS med en lenke der du kan betale 249,50 kr til Fjord & Fjell."
    assert aloud(form) == [
        f"{norwegian} Du kan betale frem til fredag 27. november kl. 13:00.",
        f"You will get an SMS with a link to pay 249,50 kr to Fjord & Fjell. {UNTIL}",
    ]
    assert "Say to the customer" in form.content["blocks"][-1]["text"]["text"]


async def test_without_a_name_of_its_own_the_shop_is_called_as_the_workspace(shop):
    form = await shop.opens_form(GOOD)

    assert "to pay 249,50 kr to shop." in aloud(form)[1]


async def test_there_is_nothing_to_say_before_the_amount_is_known(shop):
    form = await shop.opens_form()
    assert aloud(form) == []

    await shop.slack.fill(form, {"price:1": "100", "What for": "Tow bar"})
    await settled(shop, shop.slack.enter(form, "price:1"))
    assert "to pay 100,00 kr" in aloud(form)[1]


async def test_it_follows_the_lines(shop):
    form = await shop.opens_form(GOOD)
    lines = await opens_lines(shop, form)
    await adds(shop, lines, "Wiring", "100")

    assert "to pay 349,50 kr" in aloud(form)[1]


async def test_it_follows_more_and_the_way_of_delivery(shop):
    form = await shop.opens_form(GOOD)
    await settled(shop, shop.slack.click(shop.kari, form, "More…"))
    await settled(shop, shop.slack.fill(form, {"Delivery": "Just give me the link"}))

    said = aloud(form)[1]
    assert said.startswith("I am giving you a link to pay 249,50 kr to shop.")
    assert re.search(r"The code word on the page is \w+ \d\d\.$", said)


async def test_the_code_word_is_the_one_that_the_page_shows(shop):
    form = await shop.opens_form(GOOD)
    await settled(shop, shop.slack.click(shop.kari, form, "More…"))
    await settled(shop, shop.slack.fill(form, {"Delivery": "Just give me the link"}))
    promised = aloud(form)[1].rpartition(" is ")[2].removesuffix(".")
    await shop.slack.submit(shop.kari, form)
    await shop.work()

    async with shop.bot.store.read() as work:
        [link] = (await work.links_by_reference(ACCOUNT, ["4711"])).values()
        assert code_word((await work.story_of_link(link.id)).order.draft_id) == promised
    assert promised in aloud(form)[1], "and the result says it again"


async def test_it_stands_in_the_result_and_beside_the_link(fjord):
    form = await fjord.issues(GOOD)
    assert aloud(form)[1] == f"You will get an SMS with a link to pay 249,50 kr to Fjord & Fjell. {UNTIL}"

    await fjord.presses("Show link")
    shown = fjord.slack.ephemerals(fjord.kari)[-1]
    assert aloud(shown)[1] == f"I am giving you a link to pay 249,50 kr to Fjord & Fjell. {UNTIL}"


async def test_a_message_that_did_not_go_out_is_not_promised(shop):
    """A sandbox account sends none."""
    form = await shop.issues(GOOD)

    assert aloud(form)[1].startswith("I am giving you a link")


async def test_what_the_profile_would_send_is_not_promised_by_a_sandbox_account(shop):
    form = await shop.opens_form(GOOD)
    await settled(shop, shop.slack.click(shop.kari, form, "More…"))
    await settled(shop, shop.slack.fill(form, {"Delivery": "Leave it to the payment profile"}))
    await shop.slack.submit(shop.kari, form)
    await shop.work()

    assert aloud(form)[1].startswith("I am giving you a link")


@pytest.mark.parametrize(
    ("locale", "begins"),
    [
        ("nn_NO", "Du får en SMS"),
        ("sv_SE", "Du får ett sms"),
        ("da_DK", "Du får en sms"),
        ("fi_FI", "Saat tekstiviestin"),
        ("en_GB", "You will get an SMS"),
        ("de_DE", "You will get an SMS"),
    ],
)
async def test_the_customers_language_comes_first_and_english_once(database, locale, begins):
    async with opened_shop(database, paylink_locale=locale) as shop:
        form = await shop.opens_form(GOOD)

        assert aloud(form)[0].startswith(begins)
        assert sum("You will get" in line for line in aloud(form)) == 1


async def test_several_lines_are_one_amount(shop):
    form = await shop.opens_form(GOOD)
    await has_lines(shop, form, ("Wiring", "100", {"quantity": "2"}))

    assert "to pay 449,50 kr" in aloud(form)[1]
