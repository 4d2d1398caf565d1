"""A wrong number, another way, more time: the link that is there is cancelled first, and another takes its place."""

from datetime import datetime, timedelta

import pytest

from sandbox.dintero import Fault
from sandbox.slack.faults import Fault as SlackFault
from tests.stories.shop import opened_shop


@pytest.fixture
async def shop(database):
    """A production account: what is sent is sent."""
    async with opened_shop(database, account="P12345678") as shop:
        await shop.issues()
        await shop.later(minutes=2)
        yield shop


async def opens(shop, button="Send again…", person=None):
    await shop.slack.click(person or shop.kari, shop.card, button)
    await shop.bot.owned.settled()
    return shop.slack.modals(person or shop.kari)[-1]


async def sends_again(shop, person=None, **typed):
    form = await opens(shop, person=person)
    names = {"phone": "Mobile number", "delivery": "Delivery", "deadline": "Pay within"}
    await shop.slack.fill(form, {names[key]: value for key, value in typed.items()})
    await shop.slack.submit(person or shop.kari, form)
    await shop.work()
    return form


def texts(shop):
    return [(message.to, message.url) for message in shop.dintero.inbox]


async def test_a_wrong_number_is_put_right_in_one_form(shop):
    form = await sends_again(shop, phone="998 76 543")

    assert shop.session("4711")["cancelled_by"]
    assert [to for to, _ in texts(shop)] == ["+4791234567", "+4799876543"]
    assert "4711-2" in shop.card.read()
    assert "543" in shop.card.read()
    assert "🔁 4711-2 replaces 4711: another number. Asked for by @kari." in shop.lines
    assert "Sent" in form.read()


async def test_a_longer_life_is_counted_from_the_second_link(shop):
    await sends_again(shop, deadline="1 month")

    until = datetime.fromisoformat(shop.session("4711-2")["expires_at"])
    assert timedelta(days=29, hours=23) < until - shop.clock.now() <= timedelta(days=30)
    assert any(": a new deadline." in line for line in shop.lines)


async def test_another_way_sends_no_message(shop):
    await sends_again(shop, delivery="Just give me the link")

    assert len(texts(shop)) == 1
    assert (
        "publish" not in shop.session("4711-2")["configuration"]
        or not shop.session("4711-2")["configuration"]["publish"]
    )


async def test_a_customer_who_paid_meanwhile_gets_nothing_new(shop):
    form = await opens(shop)
    shop.dintero.pay(shop.session()["id"])
    await shop.slack.submit(shop.kari, form)
    await shop.work()

    assert len(texts(shop)) == 1
    assert "Reserved" in shop.card.read()
    assert any("already ended or been paid" in one for one in shop.whispers())
    with pytest.raises(KeyError):
        shop.session("4711-2")


async def test_a_customer_who_pays_while_it_is_cancelled_gets_nothing_new(shop, monkeypatch):
    """The cancel lets the reservation go: that is told loudly, and the seller decides afresh."""
    form = await opens(shop)
    cancel = shop.dintero.cancel

    def paid_just_before(session_id):
        shop.dintero.pay(session_id)
        return cancel(session_id)

    monkeypatch.setattr(shop.dintero, "cancel", paid_just_before)
    await shop.slack.submit(shop.kari, form)
    await shop.work()

    assert len(texts(shop)) == 1
    assert any("had just paid when @kari cancelled" in line for line in shop.lines)
    assert "✋ @kari wanted to send it again. Nothing new was sent: The customer had just paid." in shop.lines


async def test_a_cancel_that_nobody_answers_sends_nothing_until_it_is_certain(shop):
    shop.dintero.faults.add("cancel", Fault.drop_before())
    await sends_again(shop, phone="998 76 543")
    assert len(texts(shop)) == 1

    await shop.presses("Check again")
    assert len(texts(shop)) == 1
    await shop.later(minutes=11)
    await shop.presses("Try again")

    assert [to for to, _ in texts(shop)] == ["+4791234567", "+4799876543"]


async def test_a_cancel_that_was_done_without_an_answer_is_followed_once(shop):
    shop.dintero.faults.add("cancel", Fault.drop_after())
    await sends_again(shop, phone="998 76 543")
    await shop.later(minutes=1)

    assert [to for to, _ in texts(shop)] == ["+4791234567", "+4799876543"]
    assert [exchange.kind for exchange in shop.dintero.log].count("create") == 2


async def test_two_messages_are_a_minute_apart(shop):
    await sends_again(shop)
    form = await sends_again(shop)

    assert len(texts(shop)) == 2
    assert "less than a minute old" in form.read()


async def test_a_fourth_message_wants_somebody_who_is_trusted(database):
    async with opened_shop(database, account="P12345678") as shop:
        ola = shop.people["ola"]
        await shop.restart(paylink_money_users=ola.id)
        await shop.issues()
        for _ in range(3):
            await shop.later(minutes=2)
            form = await sends_again(shop)
        assert len(texts(shop)) == 3
        assert "3 messages have gone out for this order" in form.read()

        await sends_again(shop, person=ola)
        assert len(texts(shop)) == 4
        assert any("although 3 messages had gone out" in line for line in shop.lines)


async def test_trusting_everybody_trusts_no_guest_with_a_fourth_message(database):
    """With `*` the list names nobody: who somebody is decides, as with money."""
    async with opened_shop(database, account="P12345678", paylink_money_users="*") as shop:
        guest = shop.people["guest"]
        await shop.issues(person=guest)
        for _ in range(2):
            await shop.later(minutes=2)
            await sends_again(shop, person=guest)
        await shop.later(minutes=2)

        form = await sends_again(shop, person=guest)
        assert len(texts(shop)) == 3
        assert "ask somebody who is trusted with money" in form.read().replace("\n", " ")

        shop.clock.pass_(hours=2)
        form = await opens(shop)
        shop.clock.pass_(hours=2)
        shop.slack.faults.add("users.info", SlackFault.status(503), SlackFault.status(503))
        await shop.slack.submit(shop.kari, form)
        await shop.work()
        assert len(texts(shop)) == 3, "while Slack does not say who it is, nobody is trusted"

        await sends_again(shop)
        assert len(texts(shop)) == 4


async def test_a_wrong_number_in_the_form_is_refused_beside_its_field(shop):
    form = await sends_again(shop, phone="12")

    assert form.errors.keys() == {"phone"}
    assert "cancelled_by" not in shop.session("4711")


async def test_what_came_to_nothing_is_asked_for_again_with_the_form_filled_in(shop):
    await shop.presses("Cancel link")
    form = await opens(shop, "Request again…")

    assert (form.values["phone"], form.values["text:1"], form.values["price:1"]) == ("+4791234567", "Tow bar", "249,50")
    await shop.slack.submit(shop.kari, form)
    await shop.work()

    assert shop.session("4711-2")["order"]["amount"] == 24950
    assert len(shop.cards) == 2
