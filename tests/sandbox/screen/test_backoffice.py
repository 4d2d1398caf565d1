"""What is done to a payment outside Slack, by the page's Backoffice."""

import pytest


@pytest.fixture
def press(page):
    """Presses one of the buttons that a payment has; the sentence that the person then sees."""

    async def pressed(session, button, amount=""):
        return await page.do("backoffice", session=session["id"], do=button, amount=amount)

    return pressed


@pytest.fixture
def buttons(page):
    def found():
        drawn = page.drawn("payments")
        names = ("capture", "refund", "release", "approve", "reject", "auto_capture", "pay_late")
        return {name for name in names if f'value="{name}"' in drawn}

    return found


def test_without_links_backoffice_says_so(page):
    assert "No links yet" in page.drawn("payments")


def test_an_open_link_waits_for_its_customer_until_its_deadline(page, issued, buttons):
    issued("4711")
    drawn = page.drawn("payments")

    assert "4711" in drawn
    assert "300.00 NOK" in drawn
    assert "waiting for the customer" in drawn
    assert buttons() == set()


def test_the_newest_link_stands_first(page, issued):
    issued("older")
    issued("newer")
    drawn = page.drawn("payments")

    assert drawn.index("newer") < drawn.index("older")


async def test_all_or_a_part_is_captured_and_refunded(world, page, issued, press, buttons):
    session = issued()
    tx = world.dintero.pay(session["id"])
    assert buttons() == {"capture", "release"}

    assert await press(session, "capture", "49,50") == ""
    assert (tx["status"], tx["events"][-1]["amount"]) == ("PARTIALLY_CAPTURED", 4950)
    assert "captured 49.50 NOK" in page.drawn("payments")
    assert buttons() == {"capture", "refund", "release"}

    await press(session, "capture")
    assert (tx["status"], tx["events"][-1]["amount"]) == ("CAPTURED", 25050)
    await press(session, "refund", "100.5")
    assert (tx["status"], tx["events"][-1]["amount"]) == ("PARTIALLY_REFUNDED", 10050)
    await press(session, "refund")
    assert tx["status"] == "REFUNDED"
    assert "refunded 300.00 NOK" in page.drawn("payments")
    assert buttons() == set()


async def test_a_reservation_is_released(world, issued, press, buttons):
    session = issued()
    tx = world.dintero.pay(session["id"])

    await press(session, "release")

    assert tx["status"] == "AUTHORIZATION_VOIDED"
    assert buttons() == set()


@pytest.mark.parametrize(("button", "status"), [("approve", "AUTHORIZED"), ("reject", "FAILED")])
async def test_the_provider_decides_what_is_on_hold(world, issued, press, buttons, button, status):
    session = issued()
    tx = world.dintero.hold(session["id"])
    assert buttons() == {"approve", "reject"}

    await press(session, button)

    assert tx["status"] == status


async def test_automatic_capture_runs_where_the_link_asks_for_it(world, issued, press, buttons):
    session = issued(configuration__auto_capture=True)
    tx = world.dintero.pay(session["id"])
    assert "auto_capture" in buttons()

    await press(session, "auto_capture")

    assert (tx["status"], tx["events"][-1]["created_by"]) == ("CAPTURED", "auto_capture")


@pytest.mark.parametrize("ended", ["cancelled", "expired"])
async def test_the_customer_pays_on_a_page_left_open_after_the_link_has_ended(world, page, issued, press, ended):
    session = issued(hours=1)
    assert "not possible" in await press(session, "pay_late")

    await (page.do("jump", by="+1 day") if ended == "expired" else cancelled(world, session))
    assert f'<span class="status">{ended}</span>' in page.drawn("payments")
    assert await press(session, "pay_late") == ""

    assert world.dintero.transactions[session["transaction_id"]]["status"] == "AUTHORIZED"
    assert "AUTHORIZED" in page.drawn("payments")
    assert "not possible" in await press(session, "pay_late")


async def cancelled(world, session):
    world.dintero.cancel(session["id"])


async def test_dinteros_refusal_is_a_sentence(world, issued, press):
    session = issued()
    tx = world.dintero.pay(session["id"])

    assert await press(session, "capture", "300,01") == "Amount exceeds what is left"
    assert tx["status"] == "AUTHORIZED"


@pytest.mark.parametrize("amount", ["0", "-5", "1,234", "much", "1e3", "0,00"])
async def test_an_amount_that_is_none_moves_no_money(world, issued, press, amount):
    session = issued()
    tx = world.dintero.pay(session["id"])

    assert "is no amount" in await press(session, "capture", amount)
    assert tx["status"] == "AUTHORIZED"


async def test_a_button_that_is_not_there_any_more_does_nothing(world, issued, press):
    session = issued()
    tx = world.dintero.pay(session["id"])
    world.dintero.backoffice_void(tx["id"])

    assert await press(session, "capture") == "“Capture” is not possible any more."
