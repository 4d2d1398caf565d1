"""Capture, refund and void: what is allowed, and what comes of it."""

import pytest

from sandbox.dintero import Fault, Switches
from tests.sandbox.dintero.shop import valid

LINES = [{"line_id": "1", "amount": 20000}, {"line_id": "2", "amount": 10000}]


def last(tx):
    return tx["events"][-1]


async def test_an_authorized_payment_is_captured_with_its_reference(shop):
    """Dintero reference §8."""
    tx = await shop.paid()

    status, answer = await shop.capture(tx, 30000, capture_reference="4711-C1", items=LINES)

    assert (status, answer["status"], answer["amount"]) == (200, "CAPTURED", 30000)
    event = last(answer)
    assert (event["event"], event["amount"], event["event_reference"]) == ("CAPTURE", 30000, "4711-C1")


async def test_swish_is_taken_at_once(shop):
    """Dintero reference §7: there is no authorization to void."""
    tx = await shop.paid("swish.swish")

    assert tx["status"] == "CAPTURED"
    assert [event["event"] for event in tx["events"]] == ["INITIALIZE", "CAPTURE"]
    assert (await shop.do("void", tx))[0] == 400
    assert (await shop.refund(tx, 30000))[1]["status"] == "REFUNDED"


@pytest.mark.parametrize(
    ("steps", "statuses"),
    [
        ("c10000 c20000", "PARTIALLY_CAPTURED CAPTURED"),
        (
            "c10000 r5000 r5000 c20000",
            "PARTIALLY_CAPTURED PARTIALLY_CAPTURED_REFUNDED PARTIALLY_CAPTURED_REFUNDED PARTIALLY_REFUNDED",
        ),
        ("c30000 r10000 r20000", "CAPTURED PARTIALLY_REFUNDED REFUNDED"),
        ("v", "AUTHORIZATION_VOIDED"),
    ],
)
async def test_the_status_follows_the_money(shop, steps, statuses):
    """Dintero reference §7."""
    tx = await shop.paid()

    for step, status in zip(steps.split(), statuses.split(), strict=True):
        verb = {"c": "capture", "r": "refund", "v": "void"}[step[0]]
        body = {"amount": int(step[1:])} if step[1:] else None
        assert (await shop.do(verb, tx, body))[1]["status"] == status


@pytest.mark.parametrize(
    "steps", ["r1", "c30001", "c0", "c-1", "c30000 c1", "c30000 v", "c10000 r10001", "v c1", "v v", "c30000 r30000 r1"]
)
async def test_money_that_is_not_there_is_refused(shop, steps):
    """Dintero reference §7, §8: the last step of each is one too many."""
    tx = await shop.paid()
    for step in steps.split():
        verb = {"c": "capture", "r": "refund", "v": "void"}[step[0]]
        before = len(tx["events"])
        status, _ = await shop.do(verb, tx, {"amount": int(step[1:])} if step[1:] else None)

    assert status == 400
    assert len(tx["events"]) == before


@pytest.mark.parametrize(
    "items",
    [
        [{"line_id": "1", "amount": 1}],
        [{"line_id": "1"}],
        [{"amount": 10000}],
        [{"line_id": "9", "amount": 10000}],
        [{"line_id": "2", "amount": 5000}, {"line_id": "2", "amount": 5000}],
        [{"line_id": "1", "amount": 20000}, {"line_id": "2", "amount": -10000}, {"line_id": "3", "amount": 0}],
        [{"line_id": "2", "amount": 10000, "price": 1}],
    ],
    ids=str,
)
async def test_items_must_be_lines_and_add_up(shop, items):
    """Dintero reference §8."""
    assert (await shop.capture(await shop.paid(), 10000, items=items))[0] == 400


async def test_a_line_is_not_captured_beyond_its_worth(shop):
    """Dintero reference §8."""
    tx = await shop.paid()
    assert (await shop.capture(tx, 10000, items=LINES[1:]))[0] == 200

    assert (await shop.capture(tx, 10000, items=LINES[1:]))[0] == 400


async def test_nothing_is_idempotent(shop):
    """Dintero reference §8.2: the same part capture with the same reference takes the money twice."""
    tx = await shop.paid()

    for _ in range(2):
        assert (await shop.capture(tx, 10000, capture_reference="C1"))[0] == 200

    assert [e["amount"] for e in tx["events"] if e["event"] == "CAPTURE"] == [10000, 10000]


@pytest.mark.parametrize(
    ("method", "status"), [("vipps", 200), ("payex.creditcard", 200), ("dintero_psp.creditcard", 400)]
)
async def test_the_rest_of_a_part_capture_is_voided_for_some_methods(shop, method, status):
    """Dintero reference §8."""
    tx = await shop.paid(method)
    await shop.capture(tx, 10000)

    assert (await shop.do("void", tx))[0] == status


@pytest.mark.parametrize("word", ["CAPTURED", "PARTIALLY_CAPTURED"])
async def test_what_a_voided_rest_is_called_follows_the_switch(shop, dintero, word):
    """Dintero reference §7: unconfirmed; either way nothing is left to capture."""
    dintero.switches = Switches(void_rest=word)
    tx = await shop.paid()
    await shop.capture(tx, 10000)

    assert (await shop.do("void", tx))[1]["status"] == word
    assert (await shop.capture(tx, 1))[0] == 400


async def test_a_final_capture_releases_the_rest_of_a_card(shop):
    """Dintero reference §8: dintero_psp only."""
    card, other = await shop.paid("dintero_psp.creditcard"), await shop.paid("vipps")

    assert (await shop.capture(card, 10000, final_capture=True))[0] == 200
    assert (await shop.capture(card, 1))[0] == 400
    assert (await shop.capture(other, 10000, final_capture=True))[0] == 400


async def test_a_void_takes_no_null(shop):
    """Dintero reference §8, §16: an explicit null body was refused."""
    tx = await shop.paid()

    answer = await shop.http.post(
        f"transactions/{tx['id']}/void", content="null", headers={"content-type": "application/json"}
    )

    assert answer.status_code == 400


async def test_202_is_finished_by_an_event_that_names_the_request(shop, dintero):
    """Dintero reference §8.1."""
    tx = await shop.paid()
    dintero.faults.add("capture", Fault.accepted())
    answer = await shop.http.post(f"transactions/{tx['id']}/capture", json={"amount": 30000, "capture_reference": "C1"})
    assert (answer.status_code, valid("transaction-get.response", answer.json())["status"]) == (202, "AUTHORIZED")
    assert last(tx)["event"] == "INITIATE_CAPTURE"

    dintero.complete_async()

    assert tx["status"] == "CAPTURED"
    assert last(tx)["correlation_request_id"] == answer.headers["event-request-id"]
    assert last(tx)["event_reference"] == "C1"


@pytest.mark.parametrize("carry", [False, True])
async def test_a_capture_may_fail_behind_a_200(shop, dintero, carry):
    """Dintero reference §8, §8.2: whether the event names our reference is unconfirmed."""
    dintero.switches = Switches(failed_events_carry_reference=carry)
    tx = await shop.paid()
    dintero.faults.add("capture", Fault.declined())

    status, answer = await shop.capture(tx, 30000, capture_reference="C1")

    assert (status, answer["status"], last(answer)["success"]) == (200, "AUTHORIZED", False)
    assert ("event_reference" in last(answer)) is carry


async def test_two_accepted_captures_can_not_take_more_than_there_is(shop, dintero):
    """Dintero reference §8.1: the second fails when its turn comes."""
    tx = await shop.paid()
    dintero.faults.add("capture", Fault.accepted(), times=2)
    await shop.capture(tx, 30000)
    await shop.capture(tx, 30000)

    first, second = dintero.complete_async()

    assert (first["success"], second["success"]) == (True, False)


async def test_backoffice_moves_the_same_money(shop, dintero):
    """Dintero reference §7: a colleague captured, refunded or voided."""
    tx, other = await shop.paid(), await shop.paid()

    dintero.backoffice_capture(tx["id"], 20000, LINES[:1])
    dintero.backoffice_refund(tx["id"])
    dintero.backoffice_void(other["id"])

    assert (tx["status"], other["status"]) == ("PARTIALLY_CAPTURED_REFUNDED", "AUTHORIZATION_VOIDED")
    assert last(tx)["created_by"] == "backoffice"


async def test_a_hold_ends_in_either_way(shop, dintero):
    """Dintero reference §7: ON_HOLD is pending, not paid."""
    one, other = [dintero.hold((await shop.create())["id"], "klarna.klarna") for _ in range(2)]
    assert (await shop.capture(one, 30000))[0] == 400

    assert dintero.approve(one["id"])["status"] == "AUTHORIZED"
    assert dintero.reject(other["id"])["status"] == "FAILED"


async def test_auto_capture_works_only_where_it_is_enabled(shop, dintero):
    """Dintero reference §4.5; a manual capture stops the automatic one."""
    ignored = await shop.paid(configuration__auto_capture=True)
    dintero.switches = Switches(auto_capture_ignored=False)
    waiting, manual, slow = [await shop.paid(configuration__auto_capture=True) for _ in range(3)]
    await shop.capture(manual, 10000)
    dintero.faults.add("capture", Fault.accepted())
    await shop.capture(slow, 10000)

    assert dintero.auto_capture_now() == [waiting]

    assert [ignored["status"], waiting["status"], slow["status"]] == ["AUTHORIZED", "CAPTURED", "AUTHORIZED"]
    assert dintero.auto_capture_now(ignored["id"]) == [ignored]
