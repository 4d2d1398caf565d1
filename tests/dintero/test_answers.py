import json
from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dintero import observing
from bot.dintero.answers import TryAgain, created, delivered, element, elements, read, retry_after, written
from bot.dintero.models import CreateAnswer, Granted, Published, SessionBody, TransactionBody
from bot.dintero.words import FAILURES, failure, presentable
from bot.domain.errors import Declined, GatewayError, Missing, NotSent, OutcomeUnknown, Unreachable
from bot.domain.links import Delivered
from bot.domain.orders import Delivery
from tests.dintero.builders import answer_to_create, session, transaction

MODELS = [CreateAnswer, SessionBody, TransactionBody, Granted]


def response(status=200, body=None, **headers):
    content = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
    return httpx.Response(status, content=content, headers=headers)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (201, OutcomeUnknown),
        (204, OutcomeUnknown),
        (302, OutcomeUnknown),
        (400, Declined),
        (401, NotSent),
        (403, Declined),
        (404, Declined),
        (405, OutcomeUnknown),
        (408, OutcomeUnknown),
        (409, OutcomeUnknown),
        (418, OutcomeUnknown),
        (429, NotSent),
        (500, OutcomeUnknown),
        (502, OutcomeUnknown),
        (503, OutcomeUnknown),
        (504, OutcomeUnknown),
    ],
)
def test_every_answer_to_a_write_says_whether_it_was_done(status, error):
    with pytest.raises(error):
        written(response(status, transaction()), TransactionBody)


@pytest.mark.parametrize("status", [200, 202])
def test_two_answers_to_a_write_are_read(status):
    assert written(response(status, transaction()), TransactionBody).id


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b"{}", b'{"id": 1}', b"\xff\xfe", b"[" * 100_000])
def test_an_unreadable_answer_to_a_write_is_unknown(body):
    with pytest.raises(OutcomeUnknown):
        written(response(200, body), TransactionBody)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (404, Missing),
        (400, Unreachable),
        (401, Unreachable),
        (403, Unreachable),
        (429, Unreachable),
        (500, Unreachable),
    ],
)
def test_an_answer_to_a_read_is_there_missing_or_unreachable(status, error):
    with pytest.raises(error):
        read(response(status), SessionBody)


@pytest.mark.parametrize("change", [{"id": None}, {"url": None}, {"id": ""}, {"url": ""}, {"url": "no link"}])
def test_a_create_without_id_or_link_is_unknown(change):
    """Both are formally optional; without them nothing can be followed (Dintero reference §4.10)."""
    with pytest.raises(OutcomeUnknown):
        written(response(200, answer_to_create(**change)), CreateAnswer)


@pytest.mark.parametrize("change", [{"publish": "junk"}, {"publish": [1]}, {"session": 7}, {"session": {}}])
def test_a_create_is_read_even_if_what_decorates_it_is_junk(change):
    assert written(response(200, answer_to_create(**change)), CreateAnswer).id


def test_the_deadline_is_the_one_that_dintero_echoes():
    answer = CreateAnswer.model_validate(answer_to_create(session=session(expires_at="2026-11-20T18:00:00.000Z")))

    made = created(answer, asked=Delivery.SMS, sandbox=False)

    assert made.expires_at == datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
    assert made.url == answer.url
    assert made.delivered is Delivered.SENT


@pytest.mark.parametrize(
    ("asked", "sandbox", "statuses", "expected"),
    [
        (Delivery.SMS, False, ["sent"], Delivered.SENT),
        (Delivery.SMS, False, ["skipped"], Delivered.SKIPPED),
        (Delivery.SMS, False, ["failed"], Delivered.FAILED),
        (Delivery.SMS, False, ["failed", "sent"], Delivered.SENT),
        (Delivery.SMS, False, ["skipped", "failed"], Delivered.FAILED),
        (Delivery.SMS, False, [], Delivered.SKIPPED),
        (Delivery.SMS, False, ["word of tomorrow"], Delivered.SKIPPED),
        (Delivery.SMS, True, ["sent"], Delivered.SIMULATED),
        (Delivery.SMS, True, [], Delivered.SIMULATED),
        (Delivery.LINK, False, [], Delivered.NONE),
        (Delivery.LINK, False, ["skipped"], Delivered.NONE),
        (Delivery.LINK, False, ["sent"], Delivered.BY_PROFILE),
        (Delivery.LINK, True, ["sent"], Delivered.NONE),
        (Delivery.APP, False, [], Delivered.NONE),
        (Delivery.EMAIL, False, [], Delivered.NONE),
        (Delivery.QR, False, [], Delivered.NONE),
        (Delivery.PROFILE, False, [], Delivered.BY_PROFILE),
        (Delivery.PROFILE, False, ["sent"], Delivered.BY_PROFILE),
        (Delivery.PROFILE, False, ["skipped"], Delivered.SKIPPED),
        (Delivery.PROFILE, False, ["failed"], Delivered.FAILED),
        (Delivery.PROFILE, True, [], Delivered.SIMULATED),
    ],
)
def test_only_sent_is_sent(asked, sandbox, statuses, expected):
    published = [Published(channel="sms", status=status) for status in statuses]

    assert delivered(published, asked=asked, sandbox=sandbox) is expected


def test_the_echoed_configuration_tells_of_delivery_too():
    echo = session(configuration={"publish": [{"channel": "sms", "status": "failed"}]})
    answer = CreateAnswer.model_validate(answer_to_create(publish=None, session=echo))

    assert created(answer, asked=Delivery.SMS, sandbox=False).delivered is Delivered.FAILED


def declined(message, status=400):
    with pytest.raises(Declined) as caught:
        written(response(status, {"error": {"errors": [], "message": message}}), TransactionBody)
    return caught.value.sentence


def test_a_refusal_brings_dinteros_own_sentence():
    assert declined("Amount exceeds what is left") == "Amount exceeds what is left"


@pytest.mark.parametrize(
    "message",
    [
        "Phone +47 912 34 567 is invalid",
        "Phone 4791234567 is invalid",
        "Phone 0047-91-23-45-67 is invalid",
        "Write to kari@example.com",
        "FORBIDDEN",
        "",
        "   ",
        None,
        7,
    ],
)
def test_a_sentence_not_fit_to_show_becomes_ours(message):
    assert declined(message) == "Dintero did not accept this."


@pytest.mark.parametrize("body", [b"", b"[]", b'{"error": "no"}', b'{"error": null}'])
def test_a_refusal_without_a_readable_body_is_still_a_refusal(body):
    with pytest.raises(Declined) as caught:
        written(response(404, body), TransactionBody)

    assert caught.value.sentence == "Dintero does not know this payment."


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404])
@pytest.mark.parametrize("page", [{"content": b"\n<!doctype html>"}, {"html": "Blocked"}, {"content": b"<Error/>"}])
def test_a_page_is_nobodys_refusal(status, page):
    """Whoever shows it may have let the request pass, and held back the answer."""
    with pytest.raises(OutcomeUnknown):
        written(httpx.Response(status, **page), TransactionBody)


@pytest.mark.parametrize("page", [{"content": b"<html>"}, {"html": "No such address"}])
def test_a_page_never_says_that_something_does_not_exist(page):
    with pytest.raises(TryAgain):
        read(httpx.Response(404, **page), TransactionBody)


@given(st.text())
def test_what_is_shown_is_short_and_has_no_address_or_number(message):
    shown = presentable(message)

    assert shown is None or (0 < len(shown) <= 200 and "@" not in shown and "\n" not in shown)


def test_a_long_sentence_is_cut():
    assert len(presentable("Too long " * 50) or "") == 200


@pytest.mark.parametrize("word", FAILURES)
def test_every_failure_has_words_without_codes(word):
    words = failure([word])

    assert words == words.strip().rstrip(".")
    assert "_" not in words


@pytest.mark.parametrize(
    ("header", "seconds"), [("3", 3.0), (" 0 ", 0.0), ("nan", float("inf")), ("-1", float("inf")), ("²", float("inf"))]
)
def test_retry_after_is_whole_seconds_or_for_ever(header, seconds):
    assert retry_after(httpx.Response(429, headers=[(b"retry-after", header.encode())]), otherwise=1.0) == seconds


def test_without_retry_after_there_is_a_guess():
    assert retry_after(httpx.Response(429), otherwise=1.0) == 1.0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
KEYS = st.sampled_from(sorted({*transaction(), *session(), *answer_to_create()}))
EVENT_KEYS = st.sampled_from(["event", "name", "success", "amount", "items", "error", "correction", "id", "details"])
JUNK_EVENT = st.dictionaries(EVENT_KEYS, JSON | st.sampled_from(["CAPTURE", "REFUND", "VOID", "VISITED", True, 100]))


@given(
    st.dictionaries(KEYS, JSON), st.none() | st.lists(JUNK_EVENT | JSON, max_size=5), st.sampled_from([200, 202, 400])
)
def test_no_junk_raises_anything_but_our_errors(changes, events, status):
    told = {"events": events} if events is not None else {}
    for whole in (transaction(), session(), answer_to_create()):
        answer = response(status, whole | told | changes)
        for model in MODELS:
            for understand in (read, written):
                try:
                    _use(understand(answer, model))
                except GatewayError:
                    continue


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_our_errors(content):
    for status in (200, 400):
        for understand in (read, written):
            with pytest.raises(GatewayError):
                understand(response(status, content), TransactionBody)
        with pytest.raises(GatewayError):
            _elements_of_nothing(status, content)


def _elements_of_nothing(status, content):
    if elements(response(status, content)) == []:
        raise Unreachable


def _use(body):
    if isinstance(body, TransactionBody):
        payment = observing.payment(body)
        assert min(payment.captured, payment.refunded, payment.open_to_capture, payment.open_to_refund) >= 0
    elif isinstance(body, SessionBody):
        observing.session(body)


def test_an_unreadable_element_is_none():
    assert element({"amount": 100}, TransactionBody) is None
