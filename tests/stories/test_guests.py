"""A guest sees and touches only what they issued; nobody's private data is shown to who may not see it."""

import pytest

from tests.stories.shop import opened_shop
from tests.stories.till import card, forges, lines, opens, sends, value_of, whispers

ONLY_OWN = "Guests can only work with links that they issued themselves. Ask @kari."
PRIVATE = ["91234567", "912 34 567", "kari@example.com", "Per Hansen", "Blue car"]
FORMS = ["Send again…", "Change order…", "Extend…", "Show link"]


@pytest.fixture
async def shop(database):
    """A production account with a link of Kari's that holds all a form can hold of a customer."""
    async with opened_shop(database, account="P12345678") as shop:
        form = await shop.opens_form("249,50 91234567 Tow bar #4711 7d")
        await shop.slack.click(shop.kari, form, "More…")
        await shop.bot.owned.settled()
        typed = {"Customer's name": "Per Hansen", "Customer's e-mail": "kari@example.com", "Note": "Blue car"}
        await sends(shop, form, **typed)
        await shop.later(minutes=2)
        yield shop


def seen(shop, person):
    """All that one person alone sees: forms, the whispers, and what forms and whispers carry unseen."""
    modals = [str(view.content) for view in shop.slack.modals(person)]
    return "\n".join([*modals, *(f"{one.text} {one.blocks}" for one in shop.slack.ephemerals(person))])


@pytest.mark.parametrize("button", FORMS)
async def test_a_guest_opens_no_form_on_what_a_colleague_issued(shop, button):
    guest = shop.people["guest"]

    await shop.presses(button, person=guest)

    assert ONLY_OWN in whispers(shop, guest)[-1]
    assert not [word for word in PRIVATE if word in seen(shop, guest)]


async def test_a_guest_does_not_ask_again_for_what_a_colleague_issued(shop):
    guest = shop.people["guest"]
    await shop.presses("Cancel link")

    await shop.presses("Request again…", person=guest)

    assert ONLY_OWN in whispers(shop, guest)[-1]
    assert not [word for word in PRIVATE if word in seen(shop, guest)]


@pytest.mark.parametrize(
    "action", ["refresh", "cancel", "extend", "hung_up", "send_email", "stop_reminders", "send_again", "it_arrived"]
)
async def test_a_guest_touches_nothing_that_a_colleague_issued(shop, action):
    guest = shop.people["guest"]
    asked = len(shop.dintero.log)

    await forges(shop, guest, action, value_of(shop.card, "Refresh"))

    assert ONLY_OWN in whispers(shop, guest)[-1]
    assert len(shop.dintero.log) == asked
    assert len(shop.dintero.inbox) == 1


async def test_a_form_that_a_guest_makes_up_tells_and_changes_nothing(shop):
    """Whoever has read one payload can write another."""
    guest = shop.people["guest"]
    value = value_of(shop.card, "Show link")
    for callback, memory in {"resend": f"{value}|resend", "refund": f"{value}|refund"}.items():
        view = {
            "id": "V1",
            "type": "modal",
            "callback_id": callback,
            "private_metadata": memory,
            "blocks": [],
            "hash": "1",
        }
        view |= {"state": {"values": {"phone": {"v": {"value": "99876543"}}}}}
        payload = shop.slack._base("view_submission", guest) | {"view": view}

        answer = await shop.slack._interact(payload, "forged")
        await shop.work()

        assert "Guests" in answer.body
        assert not [word for word in PRIVATE if word in answer.body]
    assert len(shop.dintero.inbox) == 1


async def test_a_guest_issues_and_looks_after_their_own(shop):
    guest = shop.people["guest"]
    await shop.issues("100 99876543 Hitch #4712 7d", person=guest)
    await shop.later(minutes=2)

    await shop.presses("Refresh", person=guest)
    form = await opens(shop, "Send again…", person=guest)
    await sends(shop, form)
    await shop.presses("Cancel link", person=guest)

    assert shop.session("4712-2")["cancelled_by"]
    assert "Cancelled by @guest" in card(shop)


async def test_any_member_still_puts_a_colleagues_link_right(shop):
    ola = shop.people["ola"]

    form = await opens(shop, "Change order…", person=ola)

    assert form.values["phone"] == "+4791234567"


async def test_a_guest_keeps_and_removes_no_saved_items_and_sets_no_pattern(shop):
    guest = shop.people["guest"]

    await shop.slack.command(guest, shop.sales, "/paylink", "pattern S-{yyyy}-{seq}")
    await shop.bot.owned.settled()

    assert "Only members of this workspace" in whispers(shop, guest)[-1]


async def test_a_changed_price_is_shown_with_both_amounts_and_who_did_it(shop):
    ola = shop.people["ola"]
    form = await opens(shop, "Change order…", person=ola)

    await sends(shop, form, **{"Price incl. VAT (NOK)": "1"})

    assert lines(shop)[-1] == ("🔁 4711-2 replaces 4711: the price from 249,50 kr to 1,00 kr. Asked for by @ola.")
    assert "The price was changed from 249,50 kr to 1,00 kr by @ola." in card(shop)


async def test_the_changed_price_stays_on_the_card(shop):
    """Also when the link was paid, and when another one has taken its place for another reason."""
    ola = shop.people["ola"]
    form = await opens(shop, "Change order…", person=ola)
    await sends(shop, form, **{"Price incl. VAT (NOK)": "1"})
    await shop.later(minutes=2)
    form = await opens(shop, "Send again…")
    await sends(shop, form)
    await shop.customer_pays("4711-3")

    assert card(shop).startswith("🔒 Reserved · 1,00 kr")
    assert "The price was changed from 249,50 kr to 1,00 kr by @ola." in card(shop)
    assert "price" not in lines(shop)[-2]


async def test_other_lines_at_the_same_price_change_no_price(shop):
    form = await opens(shop, "Change order…")

    await sends(shop, form, **{"What for": "Tow bar, fitted"})

    assert "price" not in card(shop)
    assert ": other lines." in lines(shop)[-1]


async def test_a_changed_currency_is_a_changed_price(shop):
    form = await opens(shop, "Change order…")
    await shop.slack.fill(form, {"Currency": "EUR"})
    await shop.bot.owned.settled()

    await sends(shop, form)

    assert "The price was changed from 249,50 kr to 249,50 € by @kari." in card(shop)
