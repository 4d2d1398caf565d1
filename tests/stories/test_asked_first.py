"""Before a form is sent: the reference that is used already, and the open link that looks like this one."""

import re

import pytest

from sandbox.dintero import Fault
from tests.stories import database
from tests.stories.shop import opened_shop

GOOD = "249,50 91234567 Tow bar #4711 7d"
USED = "🔢 4711 is used already; this one becomes 4711-2."


@pytest.fixture
async def shop(database):
    async with opened_shop(database, paylink_duplicate_hours=24) as opened:
        yield opened
        assert opened.slack.complaints == []


async def sends(shop, form, **how):
    await shop.slack.submit(form.person, form, **how)
    await shop.work()


async def pays_and_is_captured(shop):
    await shop.customer_pays()
    await shop.presses("Capture")


def read(form):
    return form.read().replace("\xa0", " ")


def button(form):
    return form.content["submit"]["text"]


def links(shop):
    return [reference for reference, _ in database.statuses(shop)]


async def test_a_reference_used_before_gets_the_next_suffix_and_that_is_said_first(shop):
    await shop.issues(GOOD)
    await pays_and_is_captured(shop)
    form = await shop.opens_form(GOOD)

    await sends(shop, form)
    assert f"{USED}\nNothing was sent yet. Press Send again." in read(form)
    assert (links(shop), button(form)) == (["4711"], "Send")

    await sends(shop, form)
    assert links(shop) == ["4711", "4711-2"]
    assert "4711-2" in shop.card.read()
    assert shop.session("4711-2")["order"]["merchant_reference"] == "4711-2"


async def test_suffixes_that_are_used_are_skipped(shop):
    for taken in ("4711", "4711-2", "4711-3"):
        await shop.issues(f"249,50 91234567 Tow bar #{taken}")
        await pays_and_is_captured(shop) if taken == "4711" else await shop.presses("Cancel link")
    form = await shop.opens_form(GOOD)

    await sends(shop, form)
    assert "this one becomes 4711-4" in read(form)


async def test_the_next_link_of_such_an_order_counts_on(shop):
    await shop.issues(GOOD)
    await shop.presses("Cancel link")
    shop.dintero.faults.add("create", Fault.status(400))
    form = await shop.opens_form(GOOD)
    await sends(shop, form)
    await sends(shop, form)

    await shop.presses("Send again")
    assert links(shop) == ["4711", "4711-2", "4711-3"]


async def test_when_another_suffix_is_due_by_then_it_is_said_again(shop):
    await shop.issues(GOOD)
    await shop.presses("Cancel link")
    form = await shop.opens_form(GOOD)
    await sends(shop, form)
    await shop.issues("100 99887766 Wiring #4711-2", person=shop.people["ola"])
    await shop.presses("Cancel link", person=shop.people["ola"])

    await sends(shop, form)
    assert "this one becomes 4711-3" in read(form)
    await sends(shop, form)
    assert links(shop) == ["4711", "4711-2", "4711-3"]


async def test_another_reference_may_be_typed_instead(shop):
    await shop.issues(GOOD)
    await shop.presses("Cancel link")
    form = await shop.opens_form(GOOD)
    await sends(shop, form)
    await shop.slack.fill(form, {"Reference": "4712"})

    await sends(shop, form)
    assert links(shop) == ["4711", "4712"]


async def test_a_made_up_reference_needs_no_question(shop):
    form = await shop.issues("249,50 91234567 Tow bar")

    assert "Ready to share" in form.read()
    assert links(shop)[0].startswith("PL-")


async def test_what_was_typed_outlives_the_question(shop):
    """Slack may lose what was preset in a form that is drawn anew (Slack reference §8)."""
    await shop.issues(GOOD)
    await shop.presses("Cancel link")
    form = await shop.opens_form(GOOD)
    await shop.slack.fill(form, {"What for": "Two tow bars"})

    await sends(shop, form)
    await sends(shop, form)
    assert shop.session("4711-2")["order"]["items"][0]["description"] == "Two tow bars"


async def test_two_who_take_the_same_reference_at_once_do_not_both_get_it(shop):
    forms = [await shop.opens_form(GOOD, person=person) for person in (shop.kari, shop.people["ola"])]

    for form in forms:
        await shop.slack.submit(form.person, form)
    await shop.work()

    assert links(shop) == ["4711"]
    assert "Ready to share" in forms[0].read()
    assert USED in read(forms[1])


# -- the link that looks like this one


async def test_an_open_link_with_the_same_reference_is_shown_first_with_its_card(shop):
    await shop.issues(GOOD)
    first = shop.card
    ola = shop.people["ola"]
    form = await shop.opens_form("100 99887766 Wiring #4711", person=ola)

    await sends(shop, form)
    assert "👯 4711 is waiting to be paid. @kari issued it Nov 20, 2026 13:00. See its card." in read(form)
    assert USED in read(form), "both at once"
    [address] = re.findall(r"<(https[^|]*)\|See its card>", str(form.content))
    assert address == f"https://shop.slack.com/archives/{shop.sales.id}/p{first.ts.replace('.', '')}"
    assert button(form) == "Send anyway"

    await sends(shop, form)
    assert links(shop) == ["4711", "4711-2"]
    assert "👯 @ola sent it although 4711 was open." in shop.lines


async def test_the_same_number_and_amount_is_shown_first(shop):
    await shop.issues(GOOD)
    form = await shop.opens_form("249,50 91234567 Another tow bar #4800")

    await sends(shop, form)
    assert "4711, over the same amount to the same number, is waiting to be paid." in read(form)
    assert "used already" not in read(form)
    await sends(shop, form)
    assert links(shop) == ["4711", "4800"]
    assert shop.lines == ["👯 @kari sent it although 4711 was open."]


@pytest.mark.parametrize("other", ["250 91234567 Tow bar", "249,50 99887766 Tow bar"])
async def test_another_amount_or_number_is_another_purchase(shop, other):
    await shop.issues(GOOD)

    form = await shop.issues(other)
    assert "Ready to share" in form.read()


async def test_what_is_over_is_nobodys_double(shop):
    await shop.issues(GOOD)
    await shop.presses("Cancel link")

    form = await shop.issues("249,50 91234567 Tow bar")
    assert "Ready to share" in form.read()


async def test_a_reserved_payment_is_shown_as_reserved(shop):
    await shop.issues(GOOD)
    await shop.customer_pays()

    form = await shop.issues("249,50 91234567 Tow bar")
    assert "4711, over the same amount to the same number, is reserved." in read(form)


async def test_after_a_day_the_same_number_and_amount_is_a_new_purchase(shop):
    await shop.issues(GOOD)
    await shop.later(hours=25)

    form = await shop.issues("249,50 91234567 Tow bar")
    assert "Ready to share" in form.read()


async def test_the_look_at_numbers_and_amounts_can_be_turned_off(database):
    async with opened_shop(database, paylink_duplicate_hours=0) as shop:
        await shop.issues(GOOD)

        form = await shop.issues("249,50 91234567 Tow bar")
        assert "Ready to share" in form.read()


async def test_a_link_that_came_meanwhile_is_shown_as_well(shop):
    await shop.issues(GOOD)
    form = await shop.opens_form("249,50 91234567 Tow bar #4800")
    await sends(shop, form)
    shop.clock.pass_(seconds=1)
    ola = await shop.opens_form("249,50 91234567 Tow bar #4900", person=shop.people["ola"])
    await sends(shop, ola)
    await sends(shop, ola)

    await sends(shop, form)
    assert "4900" in read(form)
    assert links(shop) == ["4711", "4900"]
    await sends(shop, form)
    assert shop.lines == ["👯 @kari sent it although 4900 and 4711 were open."]


@pytest.mark.parametrize(("method", "said"), [("vipps", "is reserved"), ("swish.swish", "has just been paid")])
async def test_a_link_that_is_paid_between_the_question_and_the_yes_is_asked_about_again(shop, method, said):
    await shop.issues(GOOD)
    form = await shop.opens_form("249,50 91234567 Tow bar #4800")
    await sends(shop, form)
    await shop.customer_pays(method=method)

    await sends(shop, form)
    assert f"4711, over the same amount to the same number, {said}." in read(form)
    assert links(shop) == ["4711"]

    await sends(shop, form)
    assert links(shop) == ["4711", "4800"]


async def test_two_quick_presses_ask_once_and_make_one_link(shop):
    await shop.issues(GOOD)
    form = await shop.opens_form(GOOD)

    await sends(shop, form, times=2)
    assert links(shop) == ["4711"]
    await sends(shop, form, times=2)
    assert links(shop) == ["4711", "4711-2"]
    assert len(shop.lines) == 1


async def test_a_form_that_lost_its_question_is_asked_again(shop):
    """*More* draws the form anew without the notice: what is not on the screen was not confirmed."""
    await shop.issues(GOOD)
    form = await shop.opens_form(GOOD)
    await sends(shop, form)
    await shop.slack.click(shop.kari, form, "More…")
    await shop.bot.owned.settled()
    assert button(form) == "Send"

    await sends(shop, form)
    assert button(form) == "Send anyway"
    assert links(shop) == ["4711"]


async def test_a_card_in_somebodys_own_messages_is_not_linked_to(shop):
    secret = shop.slack.add_channel("secret", kind="private", members=[shop.kari])
    await shop.issues(GOOD, channel=secret)
    shop.slack.complaints = [one for one in shop.slack.complaints if "channel_not_found" not in one]

    form = await shop.issues(GOOD)
    assert "4711 is waiting to be paid" in read(form)
    assert "See its card" not in read(form)
