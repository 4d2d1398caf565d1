"""What was pressed and could not be sent for ten minutes is not sent by itself: that is said, and one click away."""

from sandbox.dintero.faults import Fault
from tests.stories import database
from tests.stories.asks import every_ask
from tests.stories.till import (
    Reference,
    a_paid_link,
    a_reserved_link,
    card,
    lines,
    opens,
    operations,
    plain,
    refunds,
    sends,
    the_operation,
    whispers,
)

HUNDRED = {"How_much": "An amount", "Amount_(NOK)": "100"}


@every_ask
async def test_a_press_that_waited_for_days_is_withdrawn(shop, ask):
    """The process was down from Friday to Monday: nobody is there at two at night to see it done."""
    await ask.ready(shop)
    await ask.press_only(shop)

    await shop.later(days=4, hours=12)

    assert (await the_operation(shop)).state == "withdrawn"
    assert shop.writes(ask.kind) == []
    line = next(one for one in lines(shop) if one.startswith("⏱️"))
    assert line.splitlines()[0] == (
        f"⏱️ {ask.noun.capitalize()} that @kari asked for was not sent: more than ten minutes had passed before "
        "Paylink could. Nothing was done; press the button again."
    )
    assert "Press the button again." in whispers(shop)[-1]


@every_ask
async def test_a_press_that_waited_less_is_carried_out(shop, ask):
    await ask.ready(shop)
    await ask.press_only(shop)

    await shop.later(minutes=9, seconds=59)

    assert len(shop.writes(ask.kind)) == 1


async def test_a_send_that_waited_for_days_sends_no_message_and_keeps_what_was_typed(shop):
    form = await shop.opens_form("249,50 91234567 Tow bar #4711 7d")
    await shop.slack.submit(shop.kari, form)

    await shop.later(days=4, hours=12)

    assert shop.dintero.sessions == {}
    assert card(shop).startswith("⛔ Could not be created · 249,50 kr")
    assert "More than ten minutes had passed since it was asked for, so nothing was sent." in card(shop)
    assert "⛔ The link could not be created: More than ten minutes had passed" in lines(shop)[-1]
    form = await opens(shop, "Request again…")
    assert "Tow bar" in plain(form)

    await shop.presses("Send again")
    assert len(shop.dintero.sessions) == 1


async def test_a_link_that_was_to_follow_a_cancel_is_not_sent_hours_after_it_was_asked_for(shop):
    """The cancel was not answered; that the link is gone is seen much later, and the new one waits for a person."""
    await shop.issues()
    await shop.later(minutes=2)
    shop.dintero.faults.add("cancel", Fault.drop_after())
    shop.dintero.faults.add("session", Fault())
    shop.dintero.faults.add("session", Fault.status(503), times=50)
    form = await opens(shop, "Send again…")
    await sends(shop, form, Mobile_number="99876543")
    assert (await operations(shop))[-1].state == "unknown"

    await shop.later(hours=3)
    shop.dintero.faults.queue.clear()
    await shop.later(hours=1)

    assert list(shop.dintero.sessions) == [shop.session()["id"]]
    assert "4711-2" in card(shop)
    assert "More than ten minutes had passed" in card(shop)
    await shop.presses("Send again")
    assert shop.session("4711-3")["customer"]["phone_number"] == "+4799876543"


async def test_a_reference_from_before_a_restored_backup_is_no_proof_of_a_new_refund(shop):
    """The backup is of before the refund, so its number is given out once more."""
    await a_paid_link(shop)
    before = database.rows(shop, "SELECT facts FROM link")
    await refunds(shop, **HUNDRED)
    first = shop.writes("refund")[0].body["refund_reference"]
    database.write(shop, "DELETE FROM operation WHERE kind = 'refund'")
    database.write(shop, f"UPDATE link SET facts = '{before[0][0]}'")  # noqa: S608  nothing of it was typed
    await shop.restart()

    shop.dintero.faults.add("refund", Fault.drop_before(), times=2)
    await shop.presses("Refresh")
    await refunds(shop, **HUNDRED)

    assert (await the_operation(shop)).state == "unknown"
    second = shop.writes("refund")[1].body["refund_reference"]
    assert (first, second) == (Reference("4711-R1"), Reference("4711-R1"))
    assert first != second


async def test_a_standby_that_lost_the_last_commits_sends_no_capture_a_second_time(shop):
    """An asynchronous failover turns *sending* back into an intent; the payment says that it was done."""
    await a_reserved_link(shop)
    shop.dintero.faults.add("capture", Fault.drop_after())
    shop.dintero.faults.add("transaction", Fault())
    shop.dintero.faults.add("transaction", Fault.status(503), times=3)
    await shop.presses("Capture")
    database.write(
        shop, "UPDATE operation SET state = 'wanted', sent_at = NULL, lease_until = NULL WHERE kind = 'capture'"
    )
    await shop.restart()
    shop.dintero.faults.queue.clear()

    await shop.work()

    assert len(shop.writes("capture")) == 1
    assert card(shop).startswith("✅ Paid · 249,50 kr")


async def test_a_standby_that_lost_the_last_commits_sends_no_link_ten_minutes_later(shop):
    shop.dintero.faults.add("create", Fault.drop_after())
    await shop.issues()
    database.write(shop, "UPDATE operation SET state = 'wanted', sent_at = NULL, lease_until = NULL")
    database.write(shop, "UPDATE link SET status = 'requested'")
    await shop.stop()
    shop.clock.pass_(minutes=10)
    await shop.start()

    await shop.work()

    assert len(shop.dintero.sessions) == 1
    assert "More than ten minutes had passed" in card(shop)
