"""The gateway against the sandbox's Dintero: realistic JSON from end to end."""

import httpx
import pytest

from bot.dintero.client import DinteroGateway
from bot.domain.errors import Declined, Missing, NotSent, OutcomeUnknown
from bot.domain.links import Delivered
from bot.domain.observations import Observation, Report
from bot.domain.operations import Kind
from sandbox.clock import Clock
from sandbox.dintero import Dintero, create_app
from sandbox.dintero.faults import Fault
from tests.dintero.builders import ACCOUNT, config, link, operation, order

BASE = "http://127.0.0.1:1/v1"


@pytest.fixture
def shop():
    return Dintero(
        account_id=ACCOUNT,
        client_id="client",
        client_secret="secret",
        clock=Clock().now,
        base_url="http://127.0.0.1:1",
    )


@pytest.fixture
async def gateway(shop):
    async with httpx.AsyncClient(transport=httpx.ASGITransport(create_app(shop))) as http:
        gateway = DinteroGateway(config(api_url=BASE, checkout_url=BASE), http)
        yield gateway
        await gateway.aclose()


async def issue(gateway, shop):
    day = shop.clock().replace(year=shop.clock().year + 1)
    return await gateway.create(order(), link(expires_at=day), token="tok")


async def test_a_link_from_issue_to_refund(gateway, shop):
    made = await issue(gateway, shop)
    assert made.delivered is Delivered.SENT
    assert made.url in shop.inbox[0].text

    shop.open(made.session_id)
    shop.fail_attempt(made.session_id)
    opened = await gateway.session(made.session_id)
    assert opened.opened_at is not None
    assert (opened.attempts_failed, opened.last_failure) == (1, "the card or wallet declined it")

    paid = shop.pay(made.session_id)["id"]
    assert (await gateway.payment(paid)).report is Report.AUTHORIZED

    answered = await gateway.capture(paid, operation(amount=20000, items={"1": 20000}))
    assert answered.payment.taken == {"1": 20000}
    assert answered.payment.marks[-1].reference == "4711-C1"

    await gateway.capture(paid, operation(amount=9990, items={"2": 9990}, reference="4711-C2"))
    refund = operation(Kind.REFUND, 990, items={"2": 990}, reference="4711-R1", reason="Broken")
    answered = await gateway.refund(paid, refund)
    assert (answered.payment.captured, answered.payment.refunded) == (29990, 990)
    assert answered.payment.returned == {"2": 990}

    with pytest.raises(Declined):
        await gateway.void(paid)


async def test_a_cancel_says_whether_money_had_been_reserved(gateway, shop):
    unpaid, paid = await issue(gateway, shop), await issue(gateway, shop)
    transaction = shop.pay(paid.session_id)["id"]

    assert (await gateway.cancel(unpaid.session_id)).session.cancelled
    answered = await gateway.cancel(paid.session_id)

    payment = await gateway.payment(transaction)
    assert payment.was_authorized
    assert Observation(session=answered.session, payment=payment).report is Report.VOIDED


async def test_an_accepted_capture_ends_with_its_correlation(gateway, shop):
    made = await issue(gateway, shop)
    transaction = shop.pay(made.session_id)["id"]
    shop.faults.add("capture", Fault.accepted())

    answered = await gateway.capture(transaction, operation())
    assert answered.accepted
    assert (await gateway.payment(transaction)).captured == 0

    shop.complete_async()
    payment = await gateway.payment(transaction)
    assert payment.marks[-1].correlation_id == answered.correlation_id
    assert payment.captured == 29990


@pytest.mark.parametrize("ask", ["capture", "void"])
async def test_a_failure_at_the_provider_names_nobody(gateway, shop, ask):
    """Only who asked can tell that it is the answer to him (Dintero reference §8.2)."""
    made = await issue(gateway, shop)
    transaction = shop.pay(made.session_id)["id"]
    shop.faults.add(ask, Fault.declined())

    call = gateway.void(transaction) if ask == "void" else gateway.capture(transaction, operation())
    [mark] = (await call).payment.marks

    assert (mark.success, mark.reference, mark.error) == (False, None, "the card or wallet declined it")


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.garbage(), OutcomeUnknown),
        (Fault.missing(), OutcomeUnknown),
        (Fault.status(500, after=True), OutcomeUnknown),
        (Fault.status(409), OutcomeUnknown),
        (Fault.status(400), Declined),
        (Fault.rate_limited(60), NotSent),
    ],
)
async def test_a_create_that_goes_wrong_is_sent_once(gateway, shop, fault, error):
    shop.faults.add("create", fault)

    with pytest.raises(error):
        await issue(gateway, shop)

    assert len([one for one in shop.log if one.kind == "create"]) == 1


async def test_reads_survive_a_hiccup(gateway, shop):
    made = await issue(gateway, shop)
    shop.faults.add("session", Fault.status(503), times=2)

    assert (await gateway.session(made.session_id)).reference == "4711"


async def test_an_unknown_session_is_missing(gateway):
    with pytest.raises(Missing):
        await gateway.session(f"{ACCOUNT}.nothing")


async def test_the_sweep_finds_what_was_paid(gateway, shop):
    made = await issue(gateway, shop)
    shop.pay(made.session_id)
    for _ in range(120):
        shop.stranger_pays()

    found = (await gateway.payments(created_since=shop.clock().replace(year=2020))).found

    assert len(found) == 121
    [ours] = [payment for payment in found if payment.session_id == made.session_id]
    assert ours == (await gateway.payments(session_ids=[made.session_id])).found[0]
    assert ours.seen == (await gateway.payment(ours.transaction_id)).seen
