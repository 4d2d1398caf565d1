"""The database is held or away when a person presses: Slack is answered in time, and nothing happens twice."""

from tests.stories import database
from tests.stories.till import a_paid_link, a_reserved_link, done, opens, operations, plain, whispers

NOT_SAVED = {"part": "Not saved. Press the button again."}
LATE = {"part": "Not certain whether it was recorded. Look at the card before you press again."}
UNCERTAIN = "it is not certain whether your click was recorded. Look at the card before you press again."


async def a_refund_form(shop):
    await a_paid_link(shop)
    form = await opens(shop, "Refund…")
    await shop.slack.fill(form, {"How much": "An amount", "Amount (NOK)": "100", "Reason": "Wrong size"})
    return form


async def test_a_form_that_could_not_be_saved_in_time_says_so_and_keeps_what_was_typed(shop):
    """It may be saved yet: whoever is told "not saved" gives the money back elsewhere as well."""
    form = await a_refund_form(shop)
    typed = form.values

    async with database.away(shop):
        answer = await shop.slack.submit(shop.kari, form)

    assert answer.ok
    assert form.errors == LATE
    assert form.values == typed


async def test_pressing_again_after_a_late_save_refunds_once(shop):
    """The first transaction came through after its answer had left; the amount the form shows is gone by then."""
    form = await a_refund_form(shop)
    with database.written_by_another(shop):
        await shop.slack.submit(shop.kari, form)
        assert form.errors == LATE
    await shop.work()
    assert done(shop, "REFUND") == [100_00]

    await shop.slack.submit(shop.kari, form)
    await shop.work()

    assert done(shop, "REFUND") == [100_00]
    assert "Nothing was done: the button was for 249,50 kr, and now 149,50 kr is open." in plain(form)


async def test_pressing_again_before_a_late_save_refunds_once(shop):
    form = await a_refund_form(shop)
    with database.written_by_another(shop):
        await shop.slack.submit(shop.kari, form)
        await shop.slack.submit(shop.kari, form)
        assert form.errors == LATE
    await shop.work()

    assert done(shop, "REFUND") == [100_00]
    assert len(await operations(shop)) == 2, "one capture, one refund"


async def test_a_form_whose_saving_breaks_says_so(shop):
    form = await a_refund_form(shop)
    database.write(shop, "ALTER TABLE operation RENAME TO mislaid")

    await shop.slack.submit(shop.kari, form)

    assert form.errors == NOT_SAVED
    database.write(shop, "ALTER TABLE mislaid RENAME TO operation")
    await shop.slack.submit(shop.kari, form)
    await shop.work()
    assert done(shop, "REFUND") == [100_00]


async def test_a_button_whose_saving_is_late_is_answered_in_time_and_promises_nothing(shop):
    await a_reserved_link(shop)
    with database.written_by_another(shop):
        answer = await shop.slack.click(shop.kari, shop.card, "Capture")
        assert answer.ok
    await shop.work()

    assert UNCERTAIN in whispers(shop)[0]
    assert done(shop, "CAPTURE") == [249_50]
