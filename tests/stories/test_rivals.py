"""Two at once: people, clicks, bots. Dintero hears one of them."""

import asyncio
from dataclasses import replace

import pytest

from bot.app import assembled
from bot.dintero import wire
from bot.domain.operations import State
from bot.settings import Settings
from sandbox.dintero.faults import Fault
from storage.operations import Operations
from tests.stories import database
from tests.stories.asks import every_ask
from tests.stories.counting import asked
from tests.stories.till import (
    a_paid_link,
    a_reserved_link,
    card,
    done,
    lines,
    moved,
    opens,
    operations,
    plain,
    the_operation,
    ticks,
    until,
    whispers,
)


@pytest.fixture
async def trusting(shop):
    """Everybody in the workspace may move money."""
    await shop.restart(paylink_money_users="*")
    return shop


@pytest.fixture
async def twins(shop):
    """A second bot on the same database, as another replica is."""
    async with assembled(Settings(**shop.settings), shop.clock) as other:
        yield shop, other
        await other.owned.finish()


async def test_a_double_click_is_one_operation(shop):
    await a_reserved_link(shop)

    await shop.presses("Capture", times=2)

    assert len(moved(shop)) == 1
    assert len(await operations(shop)) == 1
    assert whispers(shop) == [
        "4711 · Something is already under way, asked for by @kari. The card follows it.\nCode: stale"
    ]


async def test_two_people_at_once_are_one_operation_and_the_loser_is_told_who_won(trusting):
    shop = trusting
    await a_reserved_link(shop)
    ola = shop.people["ola"]

    await asyncio.gather(
        shop.slack.click(shop.kari, shop.card, "Capture"), shop.slack.click(ola, shop.thread[0], "Capture")
    )
    await shop.work()

    assert len(moved(shop)) == 1
    [winner] = await operations(shop)
    told = {shop.kari.id: ("kari", whispers(shop)), ola.id: ("ola", whispers(shop, ola))}
    name, nothing = told.pop(winner.requested_by)
    [(_, loser)] = told.values()
    assert nothing == []
    assert loser == [f"4711 · Something is already under way, asked for by @{name}. The card follows it.\nCode: stale"]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
async def test_a_look_that_finds_nothing_new_waits_for_a_change_of_the_same_order_and_does_not_end_it(shop):
    """A mail that went out, for one, is recorded while its link is looked at: PostgreSQL must end neither."""
    await shop.issues()
    [[link_id]] = database.rows(shop, "SELECT id FROM link")
    async with shop.bot.store() as work:
        story = await work.held_story(link_id)
        look = asyncio.create_task(shop.bot.refreshing.refresh(link_id))
        await until(lambda: database.a_lock_is_waited_for(shop))

        link = replace(story.link(link_id), reminded=1)
        saved = await work.save_link(link, expected_version=link.version, due_at=None, visible=True)
        await work.commit()

    assert saved
    assert (await look).reminded == 1, "the look was repeated, and found what had changed"


async def test_a_release_form_sent_twice_is_one_release(shop):
    await a_reserved_link(shop)
    form = await opens(shop, "Release")
    await ticks(shop, form)

    await shop.slack.submit(shop.kari, form, times=2)
    await shop.work()

    assert moved(shop) == ["void"]
    assert done(shop, "VOID") == [249_50]


async def test_a_refund_form_sent_twice_is_one_refund(shop):
    await a_paid_link(shop)
    form = await opens(shop, "Refund…")
    await shop.slack.fill(form, {"How much": "An amount", "Amount (NOK)": "50", "Reason": "Wrong size"})

    await shop.slack.submit(shop.kari, form, times=2)
    await shop.work()

    assert done(shop, "REFUND") == [50_00]


async def test_two_forms_for_the_same_money_are_one_refund(trusting):
    """Both opened before either was sent."""
    shop = trusting
    await a_paid_link(shop)
    ola = shop.people["ola"]
    forms = [await opens(shop, "Refund…"), await opens(shop, "Refund…", person=ola)]
    for form in forms:
        await shop.slack.fill(form, {"How much": "An amount", "Amount (NOK)": "50", "Reason": "Wrong size"})

    await asyncio.gather(*(shop.slack.submit(form.person, form) for form in forms))
    await shop.work()

    assert done(shop, "REFUND") == [50_00]
    [loser] = (form for form in forms if not form.closed)
    assert "4711 · Something is already under way, asked for by" in plain(loser)


@every_ask
async def test_two_bots_that_race_for_one_operation_send_it_once(twins, ask):
    shop, other = twins
    await ask.ready(shop)
    await ask.press_only(shop)

    ran = await asyncio.gather(shop.bot.running.run_once(), other.running.run_once())
    await shop.work()

    assert sum(ran) == 1
    assert len(shop.writes(ask.kind)) == 1
    assert ask.happened(shop) == 1


@every_ask
async def test_a_bot_that_slept_through_its_claim_sends_nothing(twins, ask):
    """It wakes with an old fence, after another has taken the operation and carried it out."""
    shop, other = twins
    await ask.ready(shop)
    await ask.press_only(shop)
    looked = len(shop.dintero.log)
    shop.dintero.faults.add("session" if ask.kind == "cancel" else "transaction", Fault.delay(0.4, after=True))

    sleeper = asyncio.create_task(shop.bot.running.run_once())
    await until(lambda: len(shop.dintero.log) > looked)
    shop.clock.pass_(seconds=61)
    await other.running.run_once()
    assert ask.happened(shop) == 1
    await sleeper
    await shop.work()

    assert len(shop.writes(ask.kind)) == 1
    assert (await the_operation(shop)).state == "done"
    assert ask.afterwards in card(shop).splitlines()[0]
    assert whispers(shop) == []


@pytest.fixture
def stalled(monkeypatch):
    """Hold a bot up directly before it commits *sending*, until told to go on."""

    def hold(bot):
        go_on = asyncio.Event()
        client, write = bot.gateway._wire, bot.gateway._wire._write_once

        async def held(call, token, may_send):
            async def slowly():
                await go_on.wait()
                return await may_send()

            return await write(call, token, slowly)

        monkeypatch.setattr(client, "_write_once", held)
        return go_on

    return hold


@every_ask
async def test_a_bot_that_slept_after_its_look_cannot_commit_sending(twins, stalled, ask, monkeypatch):
    """The fence stops it, and not the pause alone: its own look said that all was as the person saw it."""
    monkeypatch.setattr(wire, "PAUSE_LIMIT", 3600)
    shop, other = twins
    await ask.ready(shop)
    await ask.press_only(shop)
    go_on = stalled(shop.bot)

    sleeper = asyncio.create_task(shop.bot.running.run_once())
    await asyncio.sleep(0.2)
    shop.clock.pass_(seconds=61)
    shop.dintero.faults.add(ask.kind, Fault.drop_before())
    await other.running.run_once()
    go_on.set()
    await sleeper
    await shop.work()

    assert len(shop.writes(ask.kind)) == 1
    assert (await the_operation(shop)).state == "unknown"


@every_ask
async def test_a_bot_whose_claim_was_taken_over_is_not_faster_than_the_one_that_took_it(twins, stalled, ask):
    """Both have looked and neither has committed: the older fence loses, or the newer would deny what the other did."""
    shop, other = twins
    await ask.ready(shop)
    await ask.press_only(shop)
    sleeper_may, sender_may = stalled(shop.bot), stalled(other)

    looked = len(shop.dintero.log)
    sleeper = asyncio.create_task(shop.bot.running.run_once())
    await until(lambda: len(shop.dintero.log) > looked)
    shop.clock.pass_(seconds=61)
    looked = len(shop.dintero.log)
    sender = asyncio.create_task(other.running.run_once())
    await until(lambda: len(shop.dintero.log) > looked)
    sleeper_may.set()
    await sleeper
    assert shop.writes(ask.kind) == []
    sender_may.set()
    await sender
    await shop.work()

    assert len(shop.writes(ask.kind)) == ask.happened(shop) == 1
    assert (await the_operation(shop)).state == "done"
    assert whispers(shop) == []


@every_ask
@pytest.mark.parametrize(("seconds", "requests"), [(4.9, 1), (5.1, 0)])
async def test_a_bot_that_was_paused_after_it_committed_sending_does_not_send(
    shop, monkeypatch, ask, seconds, requests
):
    """Suspended between that commit and the call for five seconds or more, it no longer trusts that it is alone."""
    move = Operations.move_operation

    async def pauses(work, operation, **more):
        moved = await move(work, operation, **more)
        if operation.state is State.SENDING:
            shop.clock.pass_(seconds=seconds)
        return moved

    await ask.ready(shop)
    monkeypatch.setattr(Operations, "move_operation", pauses)

    await ask.press(shop)

    assert len(shop.writes(ask.kind)) == ask.happened(shop) == requests
    assert (await the_operation(shop)).state == ("done" if requests else "refused")
    assert [one.partition(",")[0] for one in whispers(shop)] == (
        [] if requests else ["4711 · Dintero did not take the request"]
    )


async def test_a_bot_that_slept_does_not_call_off_what_another_sends(twins, stalled):
    """It has not sent and knows it; but *nothing was done* would be a lie about the other's request."""
    shop, other = twins
    await a_reserved_link(shop)
    await shop.presses_only("Capture")
    go_on = stalled(shop.bot)
    shop.dintero.faults.add("capture", Fault.delay(0.5))

    sleeper = asyncio.create_task(shop.bot.running.run_once())
    await asyncio.sleep(0.2)
    shop.clock.pass_(seconds=61)
    sender = asyncio.create_task(other.running.run_once())
    await until(lambda: shop.writes("capture"))
    go_on.set()
    await sleeper
    assert (await the_operation(shop)).state == "sending"
    await sender
    await shop.work()

    assert done(shop, "CAPTURE") == [249_50]
    assert (await the_operation(shop)).state == "done"
    assert whispers(shop) == []


async def test_a_bot_that_slept_does_not_reject_a_link_that_another_creates(twins, stalled):
    """*Nothing was sent* is true of itself only, and the customer has the other's message."""
    shop, other = twins
    form = await shop.opens_form("249,50 91234567 Tow bar #4711 7d")
    await shop.slack.submit(shop.kari, form)
    go_on = stalled(shop.bot)
    shop.dintero.faults.add("create", Fault.delay(0.5, after=True))

    sleeper = asyncio.create_task(shop.bot.running.run_once())
    await asyncio.sleep(0.2)
    shop.clock.pass_(seconds=61)
    sender = asyncio.create_task(other.running.run_once())
    await until(lambda: shop.writes("create"))
    go_on.set()
    await asyncio.gather(sleeper, sender)
    await shop.work()

    assert database.statuses(shop) == [("4711", "open")]
    assert len(shop.writes("create")) == 1
    assert "Ready to share" in form.read()


async def test_an_answer_that_outlives_its_lease_is_settled_by_looking(twins):
    """The row was taken from its sender after ninety seconds; what it brings home is still true."""
    shop, other = twins
    await a_reserved_link(shop)
    await shop.presses_only("Capture")
    shop.dintero.faults.add("capture", Fault.delay(0.4))

    sender = asyncio.create_task(shop.bot.running.run_once())
    await until(lambda: shop.writes("capture"))
    shop.clock.pass_(seconds=91)
    await other.running.run_once()
    assert (await the_operation(shop)).state == "unknown"
    await sender
    await shop.work()

    assert done(shop, "CAPTURE") == [249_50]
    assert len(shop.writes("capture")) == 1
    assert (await the_operation(shop)).state == "done"
    assert [line.split(" ")[0] for line in lines(shop)] == ["🔒", "❓", "✅"]


async def test_a_lease_that_runs_is_not_taken_over(twins):
    shop, other = twins
    await a_reserved_link(shop)
    await shop.presses_only("Capture")
    shop.dintero.faults.add("capture", Fault.delay(0.4))

    sender = asyncio.create_task(shop.bot.running.run_once())
    await until(lambda: shop.writes("capture"))
    shop.clock.pass_(seconds=89)
    await other.running.run_once()
    assert (await the_operation(shop)).state == "sending"
    await sender
    await shop.work()

    assert [line.split(" ")[0] for line in lines(shop)] == ["🔒", "✅"]


async def test_callbacks_during_a_capture_do_not_disturb_it(shop):
    """The customer's and our own news cross; both end in the same look."""
    await a_reserved_link(shop)
    await shop.presses_only("Capture")
    shop.dintero.faults.add("capture", Fault.delay(0.2, after=True))

    sender = asyncio.create_task(shop.bot.running.run_once())
    await until(lambda: done(shop, "CAPTURE"))
    await shop.dintero.deliver_due()
    shop.clock.pass_(seconds=6)
    await shop.bot.sweeping.look_at_due()
    await sender
    await shop.work()

    assert (await the_operation(shop)).state == "done"
    assert len([line for line in lines(shop) if "captured 249,50 kr" in line]) == 1


async def test_a_look_that_began_before_a_capture_does_not_tell_it_as_somebody_elses(twins, monkeypatch):
    """It knew of no operation of ours, and what it reads by now is already taken."""
    shop, other = twins
    await a_reserved_link(shop)
    [[link_id]] = database.rows(shop, "SELECT id FROM link")
    read, begun, go_on = other.gateway.payment, asyncio.Event(), asyncio.Event()

    async def slowly(transaction_id):
        begun.set()
        await go_on.wait()
        return await read(transaction_id)

    monkeypatch.setattr(other.gateway, "payment", slowly)
    shop.dintero.faults.add("capture", Fault.delay(1, after=True))

    looking = asyncio.create_task(other.refreshing.refresh(link_id))
    await begun.wait()
    await shop.presses_only("Capture")
    sender = asyncio.create_task(shop.bot.running.run_once())
    await until(lambda: done(shop, "CAPTURE"))
    go_on.set()
    await asyncio.gather(looking, sender)
    await shop.work()

    [line] = (line for line in lines(shop) if "captured 249,50 kr" in line)
    assert line.startswith("✅ @kari captured")


async def test_a_list_under_way_does_not_put_off_what_a_rival_made_urgent(twins):
    """It began before the capture; its next look in a day would come too late for the question."""
    shop, other = twins
    await a_reserved_link(shop)
    [[link_id]] = database.rows(shop, "SELECT id FROM link")
    shop.clock.pass_(days=1, minutes=1)
    shop.dintero.faults.add("list", Fault.delay(0.5, after=True))
    shop.dintero.faults.add("capture", Fault.drop_before())

    looking = asyncio.create_task(shop.bot.sweeping.look_at_due())
    await asked(shop, "list")
    await shop.presses_only("Capture")
    await other.running.run_once()
    await other.refreshing.refresh(link_id)
    await looking
    for _ in range(12):
        await shop.later(minutes=1)

    assert "Try again" in shop.card.buttons
