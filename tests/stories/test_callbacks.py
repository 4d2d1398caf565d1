"""Dintero calls back: a hint, never a proof. Whatever arrives costs at most one look, and losing it costs a minute."""

import asyncio
import json
from datetime import timedelta

import httpx
import pytest

from sandbox.dintero import Switches
from sandbox.dintero.faults import Fault
from sandbox.dintero.post import sign
from tests.stories import database
from tests.stories.counting import asked, counted
from tests.stories.database import refusing
from tests.stories.knocking import SIGNATURE, knock, paid_in_silence, ready
from tests.stories.shop import ACCOUNT, opened_shop

# -- what a callback does


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_callback_makes_the_bot_look(shop, method):
    await paid_in_silence(shop)

    answer = await knock(shop, method)
    await shop.work()

    assert answer.status_code == 200
    assert "Reserved" in shop.card.read()


async def test_a_callback_is_answered_before_anybody_is_asked(shop):
    """Dintero gives up after ten seconds; a slow Slack or Dintero must not make it repeat itself."""
    await paid_in_silence(shop)
    shop.slack.faults.down = True
    shop.dintero.faults.down = Fault.delay(30)
    asked, told = len(shop.dintero.log), len(shop.slack.log)

    answer = await knock(shop)

    assert answer.status_code == 200
    assert (len(shop.dintero.log), len(shop.slack.log)) == (asked, told)
    shop.slack.faults.down = shop.dintero.faults.down = False
    await shop.work()
    assert "Reserved" in shop.card.read()


async def test_a_callback_that_lies_changes_nothing(shop):
    """Its body is not signed: only what Dintero answers to our own question counts."""
    await shop.issues()
    shop.clock.pass_(seconds=6)
    before = shop.card.read()
    session_id = shop.session()["id"]
    lie = {"id": f"{ACCOUNT}.lie", "status": "CAPTURED", "amount": 24950, "session_id": session_id}

    answer = await knock(shop, json=lie)
    await shop.work()

    assert answer.status_code == 200
    assert shop.card.read() == before
    assert shop.lines == []


async def test_a_callback_cannot_point_a_link_at_another_session(shop):
    """The session in its query is a hint for a link that has none, and for no other."""
    await shop.issues()
    stranger = shop.dintero.stranger_pays(amount=24950, reference="4711")
    shop.clock.pass_(seconds=6)

    own = next(one for one in shop.dintero.sessions.values() if "callback_url" in one["url"])
    address = own["url"]["callback_url"]
    await knock(shop, address=f"{address}&session_id={stranger['session_id']}&transaction_id={stranger['id']}")
    await shop.work()

    assert "Ready to share" in shop.card.read()


async def test_callbacks_at_once_cost_one_look_and_tell_once(shop):
    """They are repeated and doubled as a matter of course (Dintero reference §9)."""
    shop.dintero.faults.callbacks.doubled = True
    await shop.issues()
    shop.dintero.pay(shop.session()["id"])
    shop.clock.pass_(seconds=6)

    with counted(shop, "session", "transaction") as spent:
        await asyncio.gather(shop.dintero.deliver_due(), *(knock(shop) for _ in range(5)))
        await shop.work()

    assert spent() == 2  # one look: the session and its payment
    assert [line for line in shop.lines if "reserved" in line] == shop.lines


async def test_repeated_callbacks_cost_one_read_a_second(shop):
    await paid_in_silence(shop)
    await knock(shop)
    await shop.bot.work()

    with counted(shop, "session", "transaction") as spent:
        for _ in range(3):
            await knock(shop)
            await shop.bot.work()
        assert spent() == 0

        shop.clock.pass_(seconds=1)
        await shop.bot.work()
        assert spent() == 1


@pytest.mark.parametrize("read", ["by itself", "for a click"])
async def test_a_callback_is_not_answered_by_what_the_bot_read_before_it(shop, read):
    """The customer pays right after the bot has looked: no time passes, and the card says so at once."""
    shop.dintero.faults.callbacks.off = True
    await shop.issues()
    if read == "by itself":
        await shop.later(minutes=2)
    else:
        await shop.presses("Refresh")
    shop.dintero.pay(shop.session()["id"])

    await knock(shop)
    await shop.bot.work()

    assert database.rows(shop, "SELECT status FROM link") == [("authorized",)]


async def test_callbacks_for_a_link_that_is_due_already_write_nothing(shop):
    """They come in bursts, doubled and repeated; the look that one of them has asked for answers all."""
    await paid_in_silence(shop)
    written = []

    def note(_connection, _cursor, statement, *_):
        if not statement.startswith("SELECT"):
            written.append(statement)

    with database.heard(shop, before_cursor_execute=note):
        for _ in range(3):
            await knock(shop)

    assert [statement.split(" SET ")[0] for statement in written] == ["UPDATE link"]


async def test_a_callback_is_heard_at_once_although_a_failed_look_is_made_up_for_in_a_minute(shop):
    shop.dintero.faults.callbacks.off = True
    await shop.issues()
    await shop.later(days=2)  # nobody is curious about it any more
    shop.dintero.pay(shop.session()["id"])
    shop.dintero.faults.down = Fault.status(400)
    await shop.presses("Refresh")
    shop.dintero.faults.down = False
    shop.clock.pass_(seconds=6)

    with counted(shop, "session", "transaction") as spent:
        await knock(shop)
        await shop.bot.work()

    assert spent() == 2


async def test_a_callback_during_a_look_is_not_lost(shop):
    """What changed after the look had read would otherwise wait for the sweep."""
    await paid_in_silence(shop)
    await knock(shop)
    shop.dintero.faults.add("transaction", Fault.delay(0.3, after=True))

    looking = asyncio.create_task(shop.bot.work())
    await asked(shop, "transaction")
    shop.dintero.backoffice_capture(shop.transaction()["id"])
    await knock(shop)
    await looking
    await shop.later(seconds=6)

    assert "Paid" in shop.card.read()


async def test_a_late_callback_tells_what_is_true_by_now(shop):
    """It was about the reservation; meanwhile the money was taken."""
    shop.dintero.faults.callbacks.late = 600
    await shop.issues()
    shop.dintero.pay(shop.session()["id"])
    shop.dintero.backoffice_capture(shop.transaction()["id"])

    shop.clock.pass_(seconds=601)
    await shop.dintero.deliver_due()
    await shop.work()

    assert "Paid" in shop.card.read()


async def test_a_callback_that_comes_before_the_create_is_answered_finds_the_link(shop):
    """The customer may pay while Dintero's answer to the create is still on its way, or lost."""
    shop.dintero.faults.add("create", Fault.drop_after())
    await shop.issues()
    assert "Not sure" in shop.card.read()

    await shop.customer_pays()

    assert "Reserved" in shop.card.read()
    assert any("found" in line for line in shop.lines)


async def test_a_callback_names_the_session_of_a_create_that_was_never_answered(shop):
    """The customer went away without paying: no payment says what nothing else could."""
    shop.dintero.faults.add("create", Fault.drop_after())
    await shop.issues()

    shop.dintero.walk_away(shop.session()["id"])
    await shop.dintero_calls_back()

    assert "Cancelled" in shop.card.read()


async def test_the_session_that_a_callback_names_is_kept_although_the_link_is_due_already(shop):
    """Somebody knocked before it, without a name."""
    shop.dintero.faults.add("create", Fault.drop_after())
    await shop.issues()
    shop.dintero.walk_away(shop.session()["id"])
    shop.clock.pass_(seconds=6)

    await knock(shop)
    await shop.dintero.deliver_due()
    await shop.work()

    assert "Cancelled" in shop.card.read()


@pytest.mark.parametrize(
    "named",
    ["..%2F..%2Faccounts%2FT12345678%2Fauth%2Ftoken", "..", "%00", "x%3Fstatus%3Dx", "x%0d%0aHost:%20evil", "x" * 999],
)
async def test_a_callback_cannot_lead_our_own_call_astray(shop, named):
    """What it names as the session would stand in an address that we ask with our own token."""
    shop.dintero.faults.add("create", Fault.drop_after())
    await shop.issues()
    address = next(one for one in shop.dintero.sessions.values() if "callback_url" in one["url"])["url"]["callback_url"]
    before = len(shop.dintero.log)

    answer = await knock(shop, address=f"{address}&session_id={named}")
    await shop.later(seconds=6)

    assert answer.status_code == 200
    asked = [exchange.target for exchange in shop.dintero.log[before:]]
    assert all(f"session_id={named}" not in target and "auth/token" not in target for target in asked)
    assert [target for target in asked if "x" * 99 in target or ".." in target or "%00" in target] == []


# -- signatures


@pytest.mark.parametrize(
    "how",
    [
        {"secret": ""},
        {"secret": "guess"},
        {"signed_as": "GET"},
        {"signed_for": "https://pay.example.com/dintero/callback/x?method=POST"},
        {"headers": {SIGNATURE: "t=1,v0-hmac-sha256=zz"}},
    ],
    ids=["missing", "another secret's", "another method's", "another address's", "nonsense"],
)
async def test_a_callback_that_dintero_did_not_sign_is_refused_and_the_sweep_finds_the_payment(shop, how):
    await paid_in_silence(shop)

    answer = await knock(shop, **how)
    await shop.bot.work()

    assert answer.status_code == 401
    assert "Ready to share" in shop.card.read()
    assert (await ready(shop))["counts"]["unsigned_callbacks"] == 1
    await shop.sweep()
    assert "Reserved" in shop.card.read()


@pytest.mark.parametrize("age", [timedelta(minutes=6), timedelta(days=2), timedelta(hours=-1)])
async def test_an_old_signature_is_still_a_hint(shop, age):
    """Retries may carry the signature of the first attempt (Dintero reference §9.1)."""
    await paid_in_silence(shop)

    answer = await knock(shop, at=shop.clock.now() - age)
    await shop.work()

    assert answer.status_code == 200
    assert "Reserved" in shop.card.read()


async def test_a_repeated_signature_is_accepted(shop):
    await paid_in_silence(shop)
    at = shop.clock.now()

    answers = [await knock(shop, at=at) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 200]


async def test_the_order_of_the_query_does_not_matter(shop):
    """Proxies may sort it; the signature is over the sorted one (Dintero reference §9.1)."""
    await paid_in_silence(shop)
    base, _, query = shop.session()["url"]["callback_url"].partition("?")
    told = f"{query}&time=2026-11-20T12%3A00%3A00.000Z&merchant_reference=4711*~"

    turned = f"{base}?{'&'.join(sorted(told.split('&'), key=lambda part: (part[0] != 't', part)))}"
    answer = await knock(shop, address=turned, signed_for=f"{base}?{told}")

    assert answer.status_code == 200


async def test_the_signature_is_over_the_public_address_whatever_proxies_say(database):
    """A proxy strips the prefix and tells another host; Dintero signed what it was given at the create."""
    public = "https://pay.example.com/links"
    async with opened_shop(database, paylink_public_url=public) as shop:
        await paid_in_silence(shop)
        given = shop.session()["url"]["callback_url"]
        assert given.startswith(f"{public}/dintero/callback/")
        inside = given.replace(public, shop.url)
        lies = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}

        right = await knock(shop, address=inside, signed_for=given, headers=lies)
        for wrong in (inside, given.replace(public, "https://evil.example"), given.replace("/links", "")):
            refused = await knock(shop, address=inside, signed_for=wrong, headers=lies)
            assert refused.status_code == 401

        assert right.status_code == 200
        await shop.work()
        assert "Reserved" in shop.card.read()


async def test_a_signature_made_for_another_account_is_wrong(shop):
    await paid_in_silence(shop)
    address = shop.session()["url"]["callback_url"]
    other = sign("callback-secret", "T87654321", "POST", address, shop.clock.now())

    assert (await knock(shop, headers={SIGNATURE: other})).status_code == 401


async def test_without_a_signature_secret_every_callback_is_taken_as_a_hint(database):
    """Accounts have none until somebody makes one; the token in the address is all there is."""
    async with opened_shop(database, dintero_signature_secret=None) as shop:
        await paid_in_silence(shop)

        answers = [await knock(shop, secret=secret) for secret in ("", "whatever")]
        await shop.work()

        assert [answer.status_code for answer in answers] == [200, 200]
        assert "Reserved" in shop.card.read()


@pytest.mark.parametrize("resigned", [True, False])
async def test_retries_without_a_new_signature_still_arrive(database, resigned):
    """Whether Dintero signs a retry anew is not known (Dintero reference §19.6): both must do."""
    async with opened_shop(database, switches=Switches(retries_resigned=resigned)) as shop:
        await shop.issues()
        shop.dintero.pay(shop.session()["id"])
        shop.clock.pass_(seconds=6)
        with refusing(shop):
            await shop.dintero.deliver_due()
        await shop.later(minutes=30)
        await shop.dintero.deliver_due()
        await shop.work()

        assert "Reserved" in shop.card.read()


# -- who guesses, and who floods


async def test_an_unknown_token_is_not_found(shop):
    await shop.issues()

    answer = await knock(shop, address=f"{shop.url}/dintero/callback/nobodys?method=POST")

    assert answer.status_code == 404


async def test_guessing_tokens_is_limited_by_address(database):
    """Without signatures anybody may try; behind a proxy others have the same address, and are not refused."""
    async with opened_shop(database, dintero_signature_secret=None) as shop:
        await paid_in_silence(shop)
        address = f"{shop.url}/dintero/callback"
        async with httpx.AsyncClient(trust_env=False) as http:
            statuses = [(await http.post(f"{address}/guess-{n}")).status_code for n in range(31)]
            elsewhere = httpx.AsyncHTTPTransport(local_address="127.0.0.2")
            async with httpx.AsyncClient(transport=elsewhere) as other:
                statuses.append((await other.post(f"{address}/guess")).status_code)
            dintero = await http.post(shop.session()["url"]["callback_url"])

        assert statuses == [404] * 30 + [429, 404]
        assert dintero.status_code == 200


async def test_guessers_do_not_take_the_writers_turn(shop):
    """A flood of unknown tokens must not stand before those who sell."""
    await paid_in_silence(shop)
    address = f"{shop.url}/dintero/callback/nobodys?method=POST"

    with database.written_by_another(shop):
        answer = await asyncio.wait_for(knock(shop, address=address), 3)

    assert answer.status_code == 404


async def test_a_body_over_256_kb_is_too_large(shop):
    await paid_in_silence(shop)

    most = await knock(shop, content=b"x" * 256 * 1024)
    more = await knock(shop, content=b"x" * (256 * 1024 + 1))

    assert (most.status_code, more.status_code) == (200, 413)


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"[" * 5000, json.dumps({"amount": "x" * 1000}).encode()])
async def test_the_body_does_not_matter(shop, body):
    await paid_in_silence(shop)

    assert (await knock(shop, content=body)).status_code == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_other_methods_are_not_for_callbacks(shop, method):
    await paid_in_silence(shop)

    assert (await knock(shop, method)).status_code == 405


# -- when the bot itself is in trouble


async def test_a_callback_that_could_not_be_kept_is_asked_for_again(shop):
    """4xx would be final; 503 makes Dintero try again (Dintero reference §9)."""
    await shop.issues()
    shop.dintero.pay(shop.session()["id"])
    shop.clock.pass_(seconds=6)

    with database.refusing(shop):
        await shop.dintero.deliver_due()
    assert [one.answers for one in shop.dintero.deliveries] == [[503]]

    shop.clock.pass_(seconds=10)
    await shop.dintero.deliver_due()
    await shop.work()
    assert "Reserved" in shop.card.read()


async def test_a_callback_that_nobody_took_is_not_needed(shop):
    """The sweep finds the payment all the same, and the callback that comes at last tells nothing new."""
    await shop.issues()
    shop.dintero.pay(shop.session()["id"])
    shop.clock.pass_(seconds=6)
    with database.refusing(shop):
        await shop.dintero.deliver_due()

    await shop.sweep()
    assert "Reserved" in shop.card.read()
    lines = shop.lines

    await shop.dintero_calls_back()
    assert shop.lines == lines
