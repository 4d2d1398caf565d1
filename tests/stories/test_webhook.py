"""The account's webhook: the second way in, for what happens outside any session's callback."""

import json

import httpx
import pytest

from sandbox.dintero.post import hook_signature
from tests.stories import database
from tests.stories.counting import counted
from tests.stories.knocking import paid_in_silence, ready
from tests.stories.shop import opened_shop

SECRET = "webhook-secret"


async def hook(shop, body, secret=SECRET, *, signature=None):
    """A delivery as Dintero makes it: signed over the raw bytes (Dintero reference §11)."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    signature = signature or (hook_signature(secret, raw) if secret else None)
    headers = {"event-signature": signature} if signature else {}
    async with httpx.AsyncClient(trust_env=False) as http:
        return await http.post(f"{shop.url}/dintero/webhook", content=raw, headers=headers)


def about(session_id, part="transaction"):
    return {"account_id": "T12345678", "event": f"checkout_{part}", part: {"session_id": session_id}}


async def test_a_webhook_brings_what_no_callback_told(shop):
    """Also what colleagues do in Backoffice."""
    shop.dintero.subscribe(f"{shop.url}/dintero/webhook", SECRET)
    await paid_in_silence(shop)
    await shop.dintero_calls_back()
    assert "Reserved" in shop.card.read()

    shop.dintero.backoffice_capture(shop.transaction()["id"])
    await shop.dintero_calls_back()

    assert "Paid" in shop.card.read()
    assert shop.dintero.subscription is not None  # every delivery was accepted, the ping too


@pytest.mark.parametrize("part", ["transaction", "authorization"])
async def test_both_kinds_of_payment_events_count(shop, part):
    await paid_in_silence(shop)

    answer = await hook(shop, about(shop.session()["id"], part))
    await shop.work()

    assert answer.status_code == 200
    assert "Reserved" in shop.card.read()


async def test_a_webhook_costs_at_most_one_look_in_five_seconds(shop):
    await paid_in_silence(shop)
    await hook(shop, about(shop.session()["id"]))
    await shop.work()

    with counted(shop) as spent:
        for _ in range(3):
            await hook(shop, about(shop.session()["id"]))
            await shop.bot.work()

    assert spent() == 0


async def test_a_webhook_for_another_shops_session_is_nobody_here(shop):
    """The web shop shares the account: Dintero must not think that its webhook fails."""
    await shop.issues()
    stranger = shop.dintero.stranger_pays()

    with counted(shop) as spent:
        answer = await hook(shop, about(stranger["session_id"]))
        shop.clock.pass_(seconds=6)
        await shop.bot.telling.tell_once()

    assert answer.status_code == 200
    assert spent() == 0


@pytest.mark.parametrize(
    "body",
    [
        {"event": "ping"},
        {"event": "settlement_add", "settlement": {"id": "1"}},
        {"event": "checkout_transaction", "transaction": None},
        {"event": "checkout_transaction", "transaction": {"session_id": 7}},
        {"event": "checkout_transaction", "transaction": {"session_id": "T12345678.\0"}},
        [],
        b"not json",
        b"[" * 5000,
        b"\xff",
        b"",
    ],
)
async def test_events_that_mean_nothing_here_are_accepted(shop, body):
    """After five failures Dintero deletes the subscription."""
    assert (await hook(shop, body)).status_code == 200


@pytest.mark.parametrize(
    "how",
    [{"secret": None}, {"secret": "guess"}, {"signature": "zz"}, {"signature": "æ"}],
    ids=["missing", "another secret's", "nonsense", "not even ASCII"],
)
async def test_a_webhook_that_dintero_did_not_sign_is_refused_and_counted(shop, how):
    await paid_in_silence(shop)

    if how.get("signature") == "æ":
        how = {"signature": "æ".encode()}
    answer = await hook(shop, about(shop.session()["id"]), **how)
    await shop.bot.work()

    assert answer.status_code == 401
    assert "Ready to share" in shop.card.read()
    assert (await ready(shop))["counts"]["unsigned_webhooks"] == 1


async def test_the_signature_is_over_the_bytes_as_they_came(shop):
    """Spaces and order as Dintero wrote them; nothing is parsed and written anew before it is checked."""
    await paid_in_silence(shop)
    raw = f'{{ "transaction" :{{"session_id":"{shop.session()["id"]}" ,"x":1.0}}}}\n'.encode()

    assert (await hook(shop, raw)).status_code == 200
    assert (await hook(shop, raw, signature=hook_signature(SECRET, raw.strip()))).status_code == 401


async def test_without_a_webhook_secret_there_is_no_webhook(database):
    """An unsigned one would let anybody make the bot ask Dintero."""
    async with opened_shop(database, dintero_webhook_secret=None) as shop:
        await shop.issues()

        assert (await hook(shop, about(shop.session()["id"]))).status_code == 404
        assert (await hook(shop, about(shop.session()["id"]), secret=None)).status_code == 404


async def test_a_webhook_that_could_not_be_kept_is_asked_for_again(shop):
    await paid_in_silence(shop)

    with database.refusing(shop):
        away = await hook(shop, about(shop.session()["id"]))
    back = await hook(shop, about(shop.session()["id"]))

    assert (away.status_code, back.status_code) == (503, 200)


async def test_a_webhook_over_256_kb_is_too_large(shop):
    assert (await hook(shop, b"x" * (256 * 1024 + 1))).status_code == 413
