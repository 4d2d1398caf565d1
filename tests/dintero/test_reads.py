from datetime import UTC, datetime

import httpx
import pytest
from structlog.testing import capture_logs

from bot.dintero import wire
from bot.dintero.answers import TryAgain
from bot.dintero.client import MAX_PAGES
from bot.domain.errors import Missing, TooMany, Unreachable
from tests.dintero.builders import ACCOUNT, SESSION_ID, TRANSACTION_ID, session, transaction

SESSION, TRANSACTION = f"/sessions/{SESSION_ID}", f"/transactions/{TRANSACTION_ID}"


async def test_a_session_is_read(dintero, gateway):
    dintero.answers("GET", SESSION, session())

    assert (await gateway.session(SESSION_ID)).session_id == SESSION_ID


async def test_a_transaction_is_read_with_all_its_events(dintero, gateway):
    route = dintero.answers("GET", TRANSACTION, transaction())

    assert (await gateway.payment(TRANSACTION_ID)).transaction_id == TRANSACTION_ID
    assert "includes" not in str(route.calls.last.request.url)


async def test_404_is_missing_and_asked_for_once(dintero, gateway):
    route = dintero.answers("GET", SESSION, 404)

    with pytest.raises(Missing):
        await gateway.session(SESSION_ID)

    assert route.call_count == 1


@pytest.mark.parametrize(
    "answer",
    [
        500,
        503,
        408,
        httpx.Response(429, headers={"retry-after": "10"}),
        httpx.Response(200, content=b"<html>"),
        httpx.ConnectError("no"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("gone"),
        httpx.DecodingError("gzip"),
        TimeoutError(),
    ],
    ids=str,
)
async def test_a_read_is_tried_three_times(dintero, gateway, answer):
    route = dintero.answers("GET", TRANSACTION, answer, answer, transaction())
    assert await gateway.payment(TRANSACTION_ID)
    assert route.call_count == 3

    hopeless = dintero.answers("GET", SESSION, answer)
    with pytest.raises(Unreachable):
        await gateway.session(SESSION_ID)
    assert hopeless.call_count == 3


@pytest.mark.parametrize("answer", [400, 403, 405, 301, httpx.Response(429, headers={"retry-after": "11"})], ids=str)
async def test_what_does_not_pass_is_not_tried_again(dintero, gateway, answer):
    route = dintero.answers("GET", SESSION, answer)

    with pytest.raises(Unreachable) as caught:
        await gateway.session(SESSION_ID)

    assert not isinstance(caught.value, TryAgain)
    assert route.call_count == 1


async def test_a_refused_token_is_renewed(dintero, gateway):
    route = dintero.answers("GET", SESSION, 401, session())

    assert await gateway.session(SESSION_ID)

    used = [call.request.headers["authorization"] for call in route.calls]
    assert used == ["Bearer token-1", "Bearer token-2"]


@pytest.mark.parametrize(
    ("asked", "waits"), [(0.0, 0.0), (10.0, 10.0), (10.1, False), (float("inf"), False), (None, True)]
)
def test_a_read_waits_as_long_as_it_is_asked_to_but_ten_seconds_at_most(asked, waits):
    assert wire._backoff(TryAgain("429", asked)) == waits


async def test_the_token_is_tried_three_times_and_waits_as_told(dintero, gateway):
    busy = httpx.Response(429, headers={"retry-after": "2"})
    dintero.token.side_effect = [busy, httpx.ReadTimeout("slow"), httpx.Response(200, json={"access_token": "t"})]
    dintero.answers("GET", SESSION, session())

    assert await gateway.session(SESSION_ID)
    assert dintero.token.call_count == 3


async def test_a_dead_token_host_is_asked_three_times_not_nine(dintero, gateway):
    dintero.token.side_effect = httpx.ConnectError("no")

    with pytest.raises(Unreachable):
        await gateway.session(SESSION_ID)

    assert dintero.token.call_count == 3


@pytest.mark.parametrize("answer", [{"access_token": "a\nb"}, {"access_token": ""}, {"access_token": None}, {}])
async def test_an_unusable_token_is_no_token(dintero, gateway, answer):
    dintero.token.side_effect = None
    dintero.token.respond(json=answer)

    with pytest.raises(Unreachable):
        await gateway.session(SESSION_ID)


async def test_the_token_is_asked_for_with_basic_credentials(dintero, gateway):
    dintero.answers("GET", SESSION, session())
    await gateway.session(SESSION_ID)

    assert dintero.token.calls.last.request.headers["authorization"] == "Basic Y2xpZW50OnNlY3JldA=="


@pytest.mark.parametrize("identity", ["", "P99999999.x", "P12345678.a/b", "P12345678.a#b", "P12345678.a%2Fb"])
async def test_an_id_that_cannot_be_ours_is_missing_without_asking(dintero, gateway, identity):
    """A callback may name anything: it never becomes a path."""
    route = dintero.answers("GET", "", session())

    with pytest.raises(Missing):
        await gateway.session(identity)

    assert route.call_count == 0


async def test_an_answer_about_something_else_is_not_believed(dintero, gateway):
    dintero.answers("GET", SESSION, session(id=f"{ACCOUNT}.other"))

    with pytest.raises(Unreachable):
        await gateway.session(SESSION_ID)


async def test_logs_name_the_template_and_nothing_else(dintero, gateway):
    dintero.answers("GET", SESSION, 404)

    with capture_logs() as logs, pytest.raises(Missing):
        await gateway.session(SESSION_ID)

    call = {"event": "dintero_call", "log_level": "info", "method": "GET", "path": "/sessions/{id}", "status": 404}
    assert call | {"seconds": 0.0, "request_id": None} in logs
    assert not any(secret in str(logs) for secret in (SESSION_ID, "token-1", "secret"))


# lists


class Archive:
    """Transactions in some order, paged as Dintero pages them: `starting_after` names a place in that order."""

    def __init__(self, dintero, elements):
        self.elements, self.requests = elements, []
        dintero.mock.get(url__startswith="https://checkout.dintero.com/v1/transactions").side_effect = self._answer

    def _answer(self, request):
        params = request.url.params
        self.requests.append(params)
        found = self.elements
        for name in ("id", "session_id"):
            if wanted := params.get_list(name):
                found = [one for one in found if one[name] in wanted]
        if after := params.get("starting_after"):
            found = found[[one["id"] for one in found].index(after) + 1 :]
        return httpx.Response(200, json=found[: int(params["limit"])])


def many(count):
    return [
        transaction(id=f"{ACCOUNT}.t{n}", session_id=f"{ACCOUNT}.s{n}", created_at=f"2026-11-20T12:00:{n % 60:02}Z")
        for n in range(count)
    ]


@pytest.mark.parametrize("order", ["oldest", "newest", "shuffled"])
@pytest.mark.parametrize(("count", "pages"), [(0, 1), (99, 2), (100, 2), (250, 4)])
async def test_all_pages_are_read_in_whatever_order(dintero, gateway, order, count, pages):
    elements = many(count)
    if order == "newest":
        elements.reverse()
    if order == "shuffled":
        elements.sort(key=lambda one: one["id"][::-1])
    archive = Archive(dintero, elements)

    found = await gateway.payments(created_since=datetime(2026, 11, 20, tzinfo=UTC))

    assert {payment.transaction_id for payment in found.found} == {one["id"] for one in elements}
    assert (len(found.found), found.complete) == (count, True)
    assert len(archive.requests) == pages
    assert all(params["limit"] == "100" for params in archive.requests)
    assert all(params["created_at.gte"] == "2026-11-20T00:00:00Z" for params in archive.requests)


@pytest.mark.parametrize("name", ["transaction_ids", "session_ids"])
async def test_ids_go_in_batches_of_fifty(dintero, gateway, name):
    archive = Archive(dintero, many(130))
    prefix = "t" if name == "transaction_ids" else "s"

    found = await gateway.payments(**{name: [f"{ACCOUNT}.{prefix}{n}" for n in range(120)]})

    assert len(found.found) == 120
    key = "id" if name == "transaction_ids" else "session_id"
    pages = 1 if name == "transaction_ids" else 2  # of a session there may be more than one
    assert [len(params.get_list(key)) for params in archive.requests] == [
        each for each in (50, 50, 20) for _ in range(pages)
    ]
    assert all(len(str(params)) < 4000 for params in archive.requests)


async def test_a_reference_is_a_filter(dintero, gateway):
    archive = Archive(dintero, many(1))

    await gateway.payments(reference="4711")

    assert archive.requests[0]["merchant_reference"] == "4711"


async def test_no_filter_asks_for_nothing(dintero, gateway):
    """An empty batch of ids must not become the whole account."""
    archive = Archive(dintero, many(3))

    assert (await gateway.payments(session_ids=[])).found == ()
    assert archive.requests == []


async def test_failed_events_are_in_lists_too(dintero, gateway):
    archive = Archive(dintero, many(1))

    await gateway.payments(reference="4711")

    assert "includes" not in archive.requests[0]


async def test_strangers_and_unreadable_elements_do_not_hide_ours(dintero, gateway):
    Archive(dintero, [{"id": "junk"}, transaction(id="P99999999.t"), transaction(), {"id": None, "amount": "1"}])

    found = await gateway.payments(reference="4711")

    assert [one.transaction_id for one in found.found] == [TRANSACTION_ID]


@pytest.mark.parametrize(
    "odd",
    [{"id": "junk"}, transaction(id="P99999999.t", session_id=None), {"id": f"{ACCOUNT}.t", "amount": [1]}],
    ids=["only an id", "no session", "unreadable"],
)
async def test_a_list_with_an_element_that_may_be_anybodys_is_not_complete(dintero, gateway, odd):
    Archive(dintero, [odd, transaction()])

    found = await gateway.payments(reference="4711")

    assert TRANSACTION_ID in [one.transaction_id for one in found.found]
    assert not found.complete


async def test_a_list_with_a_strangers_transaction_is_complete(dintero, gateway):
    Archive(dintero, [transaction(id="P99999999.t"), transaction()])

    found = await gateway.payments(reference="4711")

    assert [one.transaction_id for one in found.found] == [TRANSACTION_ID]
    assert found.complete


async def test_endless_pages_are_given_up_loudly(dintero, gateway):
    pages = 0

    def endless(_request):
        nonlocal pages
        pages += 1
        return httpx.Response(200, json=[transaction(id=f"{ACCOUNT}.{pages}x{n}") for n in range(100)])

    dintero.mock.get(url__startswith="https://checkout.dintero.com/v1/transactions").side_effect = endless

    with capture_logs() as logs, pytest.raises(TooMany):
        await gateway.payments(reference="4711")

    assert pages == MAX_PAGES
    assert any(log["event"] == "dintero_too_many_pages" for log in logs)


async def test_a_server_that_ignores_paging_is_noticed(dintero, gateway):
    route = dintero.answers("GET", "/transactions", many(100))

    with pytest.raises(Unreachable):
        await gateway.payments(reference="4711")

    assert route.call_count == 2


@pytest.mark.parametrize("answer", [{"transactions": []}, [1], "x", 404], ids=str)
async def test_a_list_that_is_none_is_no_list(dintero, gateway, answer):
    dintero.answers("GET", "/transactions", answer)

    with pytest.raises((Unreachable, Missing)):
        await gateway.payments(reference="4711")


# the search


async def test_sessions_are_found_by_their_exact_reference_the_newest_first(dintero, gateway):
    found = [
        session(id=f"{ACCOUNT}.a", order={"amount": 1, "currency": "NOK", "merchant_reference": "4711-2"}),
        session(id="P99999999.b"),
        {"id": "junk"},
        session(created_at="2026-11-20T12:00:00Z"),
        session(id=f"{ACCOUNT}.old", created_at="2026-11-19T12:00:00Z"),
    ]
    route = dintero.answers("GET", "/sessions", [], found)

    assert await gateway.find_sessions("4711") == [SESSION_ID, f"{ACCOUNT}.old"]
    assert dict(route.calls.last.request.url.params) == {"search": "4711", "limit": "10"}


async def test_a_session_that_is_not_there_is_none(dintero, gateway):
    dintero.answers("GET", "/sessions", [])

    assert not await gateway.find_sessions("4711")


@pytest.mark.parametrize("status", [400, 403, 404])
async def test_where_there_is_no_search_nobody_asks_again(dintero, gateway, status):
    route = dintero.answers("GET", "/sessions", status)

    assert await gateway.probe() is False
    assert not await gateway.find_sessions("4711")
    assert not await gateway.find_sessions("4712")
    assert route.call_count == 1


async def test_a_probe_that_reached_nobody_is_repeated_when_needed(dintero, gateway):
    dintero.answers("GET", "/sessions", 503, 503, 503, [], [session()])

    assert await gateway.probe() is False
    assert await gateway.find_sessions("4711") == [SESSION_ID]


async def test_a_session_of_which_only_the_id_is_listed_may_be_ours(dintero, gateway):
    """Dintero reference §5.1: elements may hold id and created_at alone; the caller reads each."""
    dintero.answers("GET", "/sessions", [], [{"id": SESSION_ID, "created_at": "2026-11-20T12:00:00Z"}])

    assert await gateway.find_sessions("4711") == [SESSION_ID]
