import contextlib
import json

import httpx
import pytest
from starlette.responses import JSONResponse

from bot.dintero.client import DinteroGateway
from bot.dintero.wire import WRITE
from bot.domain.errors import Declined, NotSent, OutcomeUnknown
from bot.domain.links import Delivered
from bot.domain.observations import Report
from bot.domain.operations import Kind
from storage.timing import SENDING_LEASE
from tests.dintero.builders import (
    SESSION_ID,
    TRANSACTION_ID,
    answer_to_create,
    config,
    event,
    link,
    operation,
    order,
    session,
    transaction,
)
from tests.serving import serving

TRANSACTION = f"/transactions/{TRANSACTION_ID}"
VERBS = {
    "create": ("/sessions-profile", answer_to_create(), lambda g, **k: g.create(order(), link(), token="tok", **k)),
    "capture": (f"{TRANSACTION}/capture", transaction(), lambda g, **k: g.capture(TRANSACTION_ID, operation(), **k)),
    "refund": (
        f"{TRANSACTION}/refund",
        transaction(),
        lambda g, **k: g.refund(TRANSACTION_ID, operation(Kind.REFUND), **k),
    ),
    "void": (f"{TRANSACTION}/void", transaction(), lambda g, **k: g.void(TRANSACTION_ID, **k)),
    "cancel": (f"/sessions/{SESSION_ID}/cancel", session(), lambda g, **k: g.cancel(SESSION_ID, **k)),
}


class Write:
    """One of the five writes, towards a Dintero that answers what it is told to."""

    def __init__(self, name, dintero, gateway):
        self.path, self.good, self._call = VERBS[name]
        self.dintero, self.gateway = dintero, gateway
        self.asked = 0

    def answered(self, *answers):
        self.route = self.dintero.answers("POST", self.path, *answers)
        return self

    async def send(self, **options):
        return await self._call(self.gateway, may_send=self.may_send, **options)

    async def may_send(self):
        self.asked += 1
        return True

    @property
    def sent(self):
        return self.route.call_count


@pytest.fixture(params=VERBS)
def write(request, dintero, gateway):
    return Write(request.param, dintero, gateway)


async def test_a_good_answer_is_sent_for_once(write):
    write.answered(write.good)

    assert await write.send()
    assert (write.sent, write.asked) == (1, 1)


@pytest.mark.parametrize("status", [400, 403, 404])
async def test_a_refusal_is_final_and_brings_its_sentence(write, status):
    write.answered(status)

    with pytest.raises(Declined) as caught:
        await write.send()

    assert (caught.value.status, caught.value.sentence) == (status, "Dintero says no")
    assert write.sent == 1


@pytest.mark.parametrize(
    "answer",
    [
        408,
        409,
        500,
        502,
        503,
        504,
        302,
        httpx.Response(307, headers={"location": "https://elsewhere.example/"}),
        418,
        httpx.ReadTimeout("slow"),
        httpx.WriteTimeout("slow"),
        httpx.ReadError("reset"),
        httpx.WriteError("reset"),
        httpx.CloseError("reset"),
        httpx.RemoteProtocolError("gone"),
        httpx.ProxyError("proxy"),
        httpx.DecodingError("gzip"),
        TimeoutError(),
        httpx.Response(200, content=b"<html>"),
        httpx.Response(200, json={}),
        httpx.Response(202, content=b"<html>"),
    ],
    ids=str,
)
async def test_whatever_else_happens_is_unknown_and_never_sent_again(write, answer):
    """It may have been done; no endpoint knows idempotency keys (Dintero reference §8.2)."""
    write.answered(answer)

    with pytest.raises(OutcomeUnknown):
        await write.send()

    assert (write.sent, write.asked) == (1, 1)


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout])
async def test_without_a_connection_it_is_tried_once_more(write, error):
    write.answered(error("no"), write.good)

    assert await write.send()
    assert (write.sent, write.asked) == (2, 2)


async def test_without_a_connection_twice_it_was_not_sent(write):
    write.answered(httpx.ConnectError("no"))

    with pytest.raises(NotSent):
        await write.send()

    assert write.sent == 2


async def test_no_connection_and_then_no_answer_is_unknown(write):
    write.answered(httpx.ConnectError("no"), httpx.ReadTimeout("slow"))

    with pytest.raises(OutcomeUnknown):
        await write.send()


async def test_a_refused_token_is_renewed_once(write):
    write.answered(401, write.good)

    assert await write.send()

    used = [call.request.headers["authorization"] for call in write.route.calls]
    assert used == ["Bearer token-1", "Bearer token-2"]
    assert write.asked == 2


async def test_two_refused_tokens_mean_not_sent(write):
    write.answered(401)

    with pytest.raises(NotSent):
        await write.send()

    assert (write.sent, write.dintero.tokens) == (2, 2)


async def test_after_two_refused_tokens_the_next_write_gets_a_third(write):
    write.answered(401, 401, write.good)
    with pytest.raises(NotSent):
        await write.send()

    assert await write.send()
    assert write.dintero.tokens == 3


async def test_a_short_wait_is_kept_twice(write, naps):
    limited = [httpx.Response(429, headers={"retry-after": str(seconds)}) for seconds in (5, 2)]
    write.answered(*limited, write.good)

    assert await write.send()
    assert naps == [5.0, 2.0]
    assert write.asked == 3


async def test_a_third_429_means_not_sent(write):
    write.answered(httpx.Response(429, headers={"retry-after": "1"}))

    with pytest.raises(NotSent):
        await write.send()

    assert write.sent == 3


@pytest.mark.parametrize("header", ["6", "3600", "Fri, 20 Nov 2026 12:00:00 GMT"])
async def test_a_long_wait_means_not_sent(write, naps, header):
    write.answered(httpx.Response(429, headers={"retry-after": header}))

    with pytest.raises(NotSent):
        await write.send()

    assert (write.sent, naps) == (1, [])


async def test_a_sender_who_may_not_send_sends_nothing(write):
    write.answered(write.good)

    async def no():
        return False

    write.may_send = no
    with pytest.raises(NotSent):
        await write.send()

    assert write.sent == 0


@pytest.mark.parametrize(("paused", "arrives"), [(4.9, 1), (5.0, 0)])
async def test_a_sender_that_stood_still_after_its_permit_sends_nothing(paused, arrives):
    """Suspended while the name was looked up, say: others have found its lease over meanwhile."""
    now, arrived = [0.0], []

    async def app(scope, receive, send):
        if scope["path"].endswith("/token"):
            await JSONResponse({"access_token": "a", "token_type": "Bearer", "expires_in": 14400})(scope, receive, send)
            return
        arrived.append(scope["path"])
        await JSONResponse(transaction())(scope, receive, send)

    async def may_send():
        now[0] += paused
        return True

    async with serving(app) as url, httpx.AsyncClient(trust_env=False) as http:
        gateway = DinteroGateway(config(api_url=url, checkout_url=url), http, monotonic=lambda: now[0])
        with contextlib.nullcontext() if arrives else pytest.raises(NotSent):
            await gateway.void(TRANSACTION_ID, may_send=may_send)
        await gateway.aclose()

    assert len(arrived) == arrives


async def test_a_sender_who_lost_its_lease_does_not_repeat(write):
    write.answered(httpx.ConnectError("no"), write.good)
    answers = [True, False]

    async def may_send():
        return answers.pop(0)

    write.may_send = may_send
    with pytest.raises(NotSent):
        await write.send()

    assert write.sent == 1


async def test_the_token_is_there_before_the_sender_is_asked(write):
    """*sending* is committed directly before the one call: nothing may stand between."""
    write.answered(write.good)
    order_of_things = []

    async def may_send():
        order_of_things.append(("asked", write.dintero.tokens, write.sent))
        return True

    write.may_send = may_send
    await write.send()

    assert order_of_things == [("asked", 1, 0)]


def test_a_write_has_ended_before_its_senders_lease():
    """Whoever finds the lease over may say that nobody waits for an answer any more."""
    assert WRITE.whole < SENDING_LEASE.total_seconds()


async def test_without_a_token_nothing_is_sent_and_nobody_is_asked(write):
    write.answered(write.good)
    write.dintero.token.side_effect = httpx.ConnectError("no")

    with pytest.raises(NotSent):
        await write.send()

    assert (write.sent, write.asked) == (0, 0)


@pytest.mark.parametrize("status", [401, 403])
async def test_refused_credentials_are_not_tried_again(write, status):
    write.answered(write.good)
    write.dintero.token.side_effect = None
    write.dintero.token.respond(status)

    with pytest.raises(NotSent, match="secret is refused"):
        await write.send()

    assert write.dintero.token.call_count == 1


@pytest.mark.parametrize("verb", ["capture", "refund", "void"])
@pytest.mark.parametrize("header", ["r-1", None])
@pytest.mark.parametrize("body", [transaction(), transaction(id="other"), {}, None, "OK"], ids=str)
async def test_202_is_a_promise_with_the_id_of_its_end(verb, header, body, dintero, gateway):
    """Whatever its body: taken for no answer, it would be offered again after ten minutes (Dintero reference §8.1)."""
    headers = {"event-request-id": header} if header else {}
    content = {"text": body or ""} if not isinstance(body, dict) else {"json": body}
    write = Write(verb, dintero, gateway).answered(httpx.Response(202, headers=headers, **content))

    answered = await write.send()

    assert (answered.accepted, answered.correlation_id, answered.payment) == (True, header, None)


async def test_a_capture_is_answered_with_the_payment_as_it_is_now(dintero, gateway):
    after = transaction("CAPTURED", event("CAPTURE", 29990, event_reference="4711-C1"))
    write = Write("capture", dintero, gateway).answered(after)

    answered = await write.send()

    assert (answered.accepted, answered.correlation_id, answered.session) == (False, None, None)
    assert (answered.payment.report, answered.payment.captured) == (Report.CAPTURED, 29990)
    assert json.loads(write.route.calls.last.request.content)["capture_reference"] == "4711-C1"


async def test_a_cancel_is_answered_with_the_session(dintero, gateway):
    write = Write("cancel", dintero, gateway).answered(session(cancelled_at="2026-11-20T12:05:00Z"))

    answered = await write.send()

    assert answered.session.cancelled
    assert answered.payment is None
    assert write.route.calls.last.request.content == b""


async def test_a_create_says_who_calls_and_tells_of_delivery(dintero, gateway):
    write = Write("create", dintero, gateway).answered(answer_to_create())

    made = await write.send()

    request = write.route.calls.last.request
    assert request.url.params["include_session"] == "true"
    assert request.headers["dintero-feature-toggles"] == "strict-session-amounts"
    assert request.headers["dintero-system-version"] == "1.2.3"
    assert request.headers["dintero-system-plugin-name"]
    assert (made.session_id, made.delivered) == (SESSION_ID, Delivered.SENT)


async def test_a_method_that_the_settings_list_no_more_is_declined_before_anything_is_sent(dintero, make):
    """Left out, the session would offer the customer what the seller did not choose."""
    route = dintero.answers("POST", "/sessions-profile", answer_to_create())

    with pytest.raises(Declined) as refusal:
        await make(methods={"card": ("dintero_psp.creditcard",)}).create(order(methods=("swish",)), link(), token="t")

    assert refusal.value.sentence == "Swish is not among the shop's payment methods any more."
    assert not route.called


async def test_a_sandbox_account_only_simulates(dintero, make):
    """Dintero reference §2: no SMS leaves it, whatever `publish` says."""
    dintero.mock.post("https://api.dintero.com/v1/accounts/T12345678/auth/token").respond(
        json={"access_token": "t", "expires_in": 1}
    )
    write = Write("create", dintero, make(account_id="T12345678"))
    write.answered(answer_to_create(id="T12345678.x"))

    assert (await write.send()).delivered is Delivered.SIMULATED


@pytest.mark.parametrize("identity", ["P99999999.x", "nonsense", "P12345678.a/../b", "", "P12345678."])
async def test_a_session_that_is_not_ours_is_no_answer_to_a_create(identity, dintero, gateway):
    write = Write("create", dintero, gateway).answered(answer_to_create(id=identity))

    with pytest.raises(OutcomeUnknown):
        await write.send()


@pytest.mark.parametrize("identity", ["", "P99999999.x", "../../admin/signature", "P12345678.a?b=c", "P12345678.æ"])
async def test_an_id_that_cannot_be_ours_never_leaves(identity, dintero, gateway):
    route = dintero.answers("POST", "", 200)

    for send in (
        gateway.void(identity),
        gateway.cancel(identity),
        gateway.capture(identity, operation()),
    ):
        with pytest.raises(NotSent):
            await send

    assert route.call_count == 0


@pytest.mark.parametrize("verb", ["capture", "cancel"])
async def test_an_answer_about_something_else_is_unknown(verb, dintero, gateway):
    write = Write(verb, dintero, gateway)
    write.answered(write.good | {"id": "P12345678.other"})

    with pytest.raises(OutcomeUnknown):
        await write.send()


@pytest.mark.parametrize("odd", [{"currency": None}, {"amount": "29990"}, {"events": [{"event": "CAPTURE"}]}], ids=str)
async def test_an_answer_whose_money_cannot_be_read_is_unknown(dintero, gateway, odd):
    """It was most likely done; what it did, only a later look can tell."""
    dintero.answers("POST", f"/transactions/{TRANSACTION_ID}/capture", transaction("CAPTURED") | odd)

    with pytest.raises(OutcomeUnknown):
        await gateway.capture(TRANSACTION_ID, operation())


@pytest.mark.parametrize("odd", [{"transaction_id": 17}, {"events": "none"}], ids=str)
async def test_an_answer_to_a_cancel_that_cannot_be_read_is_unknown(dintero, gateway, odd):
    dintero.answers("POST", f"/sessions/{SESSION_ID}/cancel", session() | odd)

    with pytest.raises(OutcomeUnknown):
        await gateway.cancel(SESSION_ID)
