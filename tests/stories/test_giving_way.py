"""What holds for every way in which a link gives way to another: one follows, within the caps, when that is certain."""

import asyncio

import pytest

from sandbox.dintero import Fault
from tests.stories import database
from tests.stories.shop import opened_shop
from tests.stories.till import card, lines, opens, sends, whispers


@pytest.fixture
async def shop(database):
    """A production account, two minutes after the first message; Ola is trusted with money besides the issuer."""
    async with opened_shop(database, account="P12345678") as shop:
        await shop.restart(paylink_money_users=shop.people["ola"].id)
        await shop.issues("249,50 91234567 Tow bar #4711 phone")
        await shop.later(minutes=2)
        yield shop


async def sends_again(shop, person):
    await sends(shop, await opens(shop, "Send again…", person))


async def changes(shop, person):
    await sends(shop, await opens(shop, "Change order…", person), What_for="Hitch")


async def extends(shop, person):
    await sends(shop, await opens(shop, "Extend…", person), Pay_within="1 week")


async def hangs_up(shop, person):
    await shop.presses("Customer hung up → 1 day", person=person)


WAYS = pytest.mark.parametrize("gives_way", [sends_again, changes, extends, hangs_up])


def texts(shop):
    return [message.to for message in shop.dintero.inbox]


def told(shop, person):
    """What the person was refused with, in a form or for their eyes only."""
    return "\n".join([*(view.read() for view in shop.slack.modals(person)), *whispers(shop, person)])


@WAYS
async def test_the_link_is_cancelled_and_one_other_follows(shop, gives_way):
    await gives_way(shop, shop.kari)

    assert shop.session("4711")["cancelled_by"]
    assert len(texts(shop)) == 2
    assert database.statuses(shop) == [("4711", "cancelled"), ("4711-2", "open")]
    assert "4711-2 replaces 4711" in lines(shop)[-1]
    assert "4711-2" in card(shop)


@WAYS
async def test_two_messages_are_a_minute_apart(shop, gives_way):
    await sends_again(shop, shop.kari)

    await gives_way(shop, shop.kari)

    assert len(texts(shop)) == 2
    assert "less than a minute old" in told(shop, shop.kari)


@WAYS
async def test_a_fourth_message_wants_somebody_who_is_trusted_and_is_recorded(shop, gives_way):
    ola = shop.people["ola"]
    for _ in range(2):
        await sends_again(shop, shop.kari)
        await shop.later(minutes=2)

    await gives_way(shop, shop.kari)
    assert len(texts(shop)) == 3
    assert "3 messages have gone out for this order" in told(shop, shop.kari)

    await gives_way(shop, ola)
    assert len(texts(shop)) == 4
    assert lines(shop)[-1].endswith("Asked for by @ola, although 3 messages had gone out.")


async def test_sending_again_after_an_uncertain_create_counts_as_well(shop):
    ola = shop.people["ola"]
    await sends_again(shop, shop.kari)
    await shop.later(minutes=2)
    shop.dintero.faults.add("create", Fault.drop_before())
    await sends_again(shop, shop.kari)
    await shop.later(minutes=2)

    await shop.presses("Send again")
    assert "3 messages have gone out for this order" in told(shop, shop.kari)
    assert [status for _, status in database.statuses(shop)] == ["cancelled", "cancelled", "uncertain"]

    await shop.presses("Send again", person=ola)
    assert database.statuses(shop)[-1] == ("4711-4", "open")
    assert any("@ola sent it again as 4711-4, although 3 messages had gone out." in line for line in lines(shop))


async def test_two_looks_at_the_same_ended_cancel_make_one_link(shop):
    """Two replicas read the answer at once, or one reads it twice."""
    shop.dintero.faults.add("cancel", Fault.drop_after())
    form = await opens(shop, "Extend…")
    await shop.slack.submit(shop.kari, form)
    await shop.bot.owned.settled()
    await shop.bot.running.run_once()
    assert database.rows(shop, "SELECT state FROM operation WHERE kind = 'cancel'") == [("unknown",)]
    [[link_id]] = database.rows(shop, "SELECT id FROM link")
    async with shop.bot.store.read() as work:
        story = await work.story_of_link(link_id)
    link = story.link(link_id)
    seen = await shop.bot.refreshing.look(link)

    both = await asyncio.gather(*(shop.bot.refreshing.apply(story, link, seen) for _ in range(2)))
    late = await shop.bot.refreshing.apply(story, link, seen)

    assert [one is None for one in (*both, late)].count(True) == 2
    await shop.work()
    assert len(shop.writes("create")) == 2
    assert database.statuses(shop) == [("4711", "cancelled"), ("4711-2", "open")]


async def test_a_colleague_who_tries_the_cancel_again_sends_what_was_wanted(shop):
    """The form is its own person's only; whoever tries again takes it over."""
    shop.dintero.faults.add("cancel", Fault.drop_before())
    form = await opens(shop, "Send again…")
    await sends(shop, form, Mobile_number="998 76 543")
    await shop.later(minutes=11)

    await shop.presses("Try again", person=shop.people["ola"])

    assert texts(shop) == ["+4791234567", "+4799876543"]


async def test_a_payment_held_for_approval_sends_nothing_and_says_why(shop, monkeypatch):
    """Not paid and not unpaid: a second link could be a second payment."""
    form = await opens(shop, "Extend…")
    cancel = shop.dintero.cancel

    def held_all_the_same(session_id):
        payment = shop.dintero.start_payment(session_id)
        session = cancel(session_id)
        payment["status"], payment["events"] = "ON_HOLD", payment["events"][:-1]
        return session

    monkeypatch.setattr(shop.dintero, "cancel", held_all_the_same)
    await sends(shop, form)

    assert len(texts(shop)) == 1
    assert any("Nothing new was sent: Its payment is held for approval by the provider." in one for one in lines(shop))
