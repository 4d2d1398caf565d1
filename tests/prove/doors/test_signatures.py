"""Who does not hold the secret gets a 401, and nothing happens; who does gets no more than one look."""

import hashlib
import hmac
import json
import time
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from sandbox.dintero.post import sign as dinteros
from sandbox.slack import sign
from tests.prove.doors.knocking import FORM, books, from_slack, knock
from tests.stories.shop import ACCOUNT, SECRET

SLACK, CALLBACK, WEBHOOK = "Slack's signature", "the callback's signature", "the webhook's signature"
STALE = 60 * 5 + 2
AHEAD = 60 * 60
"""It shrinks while the attempts before it are made."""


def payloads(shop):
    """What Slack would sign: a command, a click and a form."""
    kari, card = shop.kari, shop.card
    click = shop.slack._action(kari, card, {"type": "button", "action_id": "link:cancel", "block_id": "b"})
    form = shop.slack._base("view_submission", kari) | {"view": {"id": "V1", "state": {"values": {}}}}
    command = {"command": "/paylink", "text": "249", "user_id": kari.id, "team_id": "T1", "channel_id": shop.sales.id}
    return [urlencode(command).encode(), *(urlencode({"payload": json.dumps(one)}).encode() for one in (click, form))]


def forged(body):
    """Headers that are not Slack's, by what is wrong with them."""
    now = str(int(time.time()))
    right = sign(SECRET, now, body)
    yield "nothing", []
    yield "no signature", [("X-Slack-Request-Timestamp", now)]
    yield "no time", [("X-Slack-Signature", right)]
    yield "another secret", both(now, sign(SECRET[:-1] + "t", now, body))
    yield "an empty secret's", both(now, sign("", now, body))
    yield "of another body", both(now, sign(SECRET, now, body + b"&"))
    for name, at in ("old", int(now) - STALE), ("from the future", int(now) + AHEAD), ("of 1970", 0):
        yield name, both(at, sign(SECRET, str(at), body))
    yield "its time moved", both(int(now) + 1, right)
    for odd in ("", "soon", "1.5", "-1", f"+{now}", f"{now} ", f"0x{now}", "\xb2", "9" * 13, "9" * 5000, "nan"):
        yield f"the time {odd[:15]!r}", both(odd, sign(SECRET, odd, body))
    for odd in ("", "v0=", right[3:], right[:-1], right + "0", right.replace("v0", "v1"), "v0=" + "\xe6" * 64, "é"):
        yield f"the signature {odd[:6]!r}", both(now, odd)
    yield "two signatures", [*both(now, "v0=0"), ("X-Slack-Signature", right)]


def both(timestamp, signature):
    return [("X-Slack-Request-Timestamp", timestamp), ("X-Slack-Signature", signature)]


async def test_only_slack_is_heard(shop, proof, chosen):
    await shop.issues()
    attempts = [(body, name, headers) for body in payloads(shop) for name, headers in forged(body)]
    before = await books(shop)

    with proof(promise=5, varied=SLACK) as tally:
        for body, name, headers in chosen(attempts):
            tally.tried += 1
            answer = await knock(shop.url, "POST", "/slack/events", [("Content-Type", FORM), *headers], body)
            await shop.work()
            if answer.status != 401 or await books(shop) != before:
                tally.let_in.append(f"{name}: {answer.status}")
    assert (await from_slack(shop, payloads(shop)[0])).status == 200, "the same is heard once it is signed"


async def test_an_altered_body_is_not_slacks(shop, proof, chosen):
    await shop.issues()
    body = payloads(shop)[0]
    stamp = str(int(time.time()))
    headers = [("Content-Type", FORM), *both(stamp, sign(SECRET, stamp, body))]
    before = await books(shop)

    with proof(promise=5, varied=SLACK) as tally:
        for at in chosen(range(len(body))):
            tally.tried += 1
            altered = body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
            answer = await knock(shop.url, "POST", "/slack/events", headers, altered)
            if answer.status != 401:
                tally.let_in.append(f"byte {at}: {answer.status}")
        await shop.work()
        if await books(shop) != before:
            tally.let_in.append("one of them had an effect")


def forged_callbacks(shop, address):
    """Headers and addresses that are not Dintero's, by what is wrong with them; `address` is the true one."""
    now = shop.clock.now()
    parts = urlsplit(address)
    target = f"{parts.path}?{parts.query}"

    def seal(secret="callback-secret", account=ACCOUNT, method="POST", url=address, at=now):
        return dinteros(secret, account, method, url, at)

    right = seal()
    yield "nothing", target, []
    yield "another secret", target, [seal(secret="callback-secreT")]
    yield "an empty secret", target, [seal(secret="")]
    yield "another account", target, [seal(account="T87654321")]
    yield "another method", target, [seal(method="PUT")]
    yield "another host", target, [seal(url=address.replace(parts.hostname, "evil.example"))]
    yield "another path", target, [seal(url=address.replace("/callback/", "/callback/x"))]
    yield "another query", target, [seal(url=address + "&session_id=x")]
    yield "a query added", target + "&session_id=x", [right]
    yield "a query removed", parts.path, [right]
    yield "a token altered", target.replace("/callback/", "/callback/x"), [right]
    yield "another time", target, [right.replace("t=", "t=1")]
    for odd in ("", "t=", right.partition(",")[0], right.partition(",")[2], right[:-1], right + "0", "\xe6", "t=1,v0="):
        yield f"the header {odd[:10]!r}", target, [odd]
    evil = seal(url=address.replace(parts.netloc, "evil.example"))
    for name in ("Host", "X-Forwarded-Host", "X-Forwarded-Server", "X-Original-Host", "X-Host"):
        yield f"{name} says the signed host", target, [evil, (name, "evil.example")]
    other = seal(url=address.replace(parts.path, "/dintero/callback/x"))
    for name in ("X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Prefix", "X-Forwarded-Uri"):
        yield f"{name} says the signed path", target, [other, (name, "/dintero/callback/x")]
    put = seal(method="PUT")
    yield "another method in a header", target, [put, ("X-HTTP-Method-Override", "PUT")]
    yield "Forwarded says the signed host", target, [evil, ("Forwarded", "host=evil.example;proto=https")]


async def test_only_dintero_calls_back(shop, proof, chosen):
    await shop.issues()
    address = shop.session()["url"]["callback_url"]
    before = await books(shop)

    with proof(promise=5, varied=CALLBACK) as tally:
        for name, target, said in chosen(forged_callbacks(shop, address)):
            tally.tried += 1
            headers = [one if isinstance(one, tuple) else ("Dintero-Signature", one) for one in said]
            answer = await knock(shop.url, "POST", target, headers, b"{}")
            await shop.work()
            if answer.status != 401 or await books(shop) != before:
                tally.let_in.append(f"{name}: {answer.status}")
    assert shop.bot.counters.counts["unsigned_callbacks"] == tally.tried


async def test_a_true_callback_again_and_again_costs_one_look_in_five_seconds(shop, proof, chosen):
    """Old, repeated, with a body that lies, to another host: it is right, and good for nothing more."""
    shop.dintero.faults.callbacks.off = True
    await shop.issues()
    address = shop.session()["url"]["callback_url"]
    parts = urlsplit(address)
    shop.clock.pass_(seconds=6)
    ages = [0, 1, 299, 301, 3600, 86400, 30 * 86400, -301, -86400]
    bodies = [b"", b"{}", b'{"status": "CAPTURED", "amount": 24950}', b"\xff\x00" * 500]
    extra = [(), (("Host", "evil.example"),), (("X-Forwarded-Host", "evil.example"),), (("Content-Type", "text/html"),)]
    attempts = [(age, body, more) for age in ages for body in bodies for more in extra]
    looks = len(shop.dintero.log)
    before = shop.card.read()

    with proof(promise=5, varied="true callbacks, old and repeated") as tally:
        for age, body, more in chosen(attempts):
            tally.tried += 1
            seal = dinteros("callback-secret", ACCOUNT, "POST", address, shop.clock.now() - timedelta(seconds=age))
            headers = [("Dintero-Signature", seal), *more]
            answer = await knock(shop.url, "POST", f"{parts.path}?{parts.query}", headers, body)
            await shop.bot.work()
            if answer.status != 200 or len(shop.dintero.log) > looks + 1 or shop.card.read() != before:
                tally.let_in.append(
                    f"{age} s old, {body[:20]!r}: {answer.status}, {len(shop.dintero.log) - looks} looks"
                )
    assert len(shop.dintero.log) == looks + 1


async def test_only_dinteros_webhook_is_heard(shop, proof, chosen):
    await shop.issues()
    body = json.dumps({"transaction": {"session_id": shop.session()["id"]}}).encode()
    right = hmac.new(b"webhook-secret", body, hashlib.sha1).hexdigest()
    odd = ["", right[:-1], right + "0", f"sha1={right}", "\xe6" * 40, "0" * 40, right[::-1]]
    others = [
        hmac.new(secret, body, hashlib.sha1).hexdigest() for secret in (b"", b"webhook-secreT", b"callback-secret")
    ]
    longer = hmac.new(b"webhook-secret", body, hashlib.sha256).hexdigest()
    attempts = [(body, [("Event-Signature", one)]) for one in (*odd, *others, longer)]
    attempts += [(body, []), (body, [("Dintero-Signature", right)]), (body, [("X-Event-Signature", right)])]
    attempts += [
        (body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :], [("Event-Signature", right)]) for at in range(len(body))
    ]
    before = await books(shop)

    with proof(promise=5, varied=WEBHOOK) as tally:
        for sent, headers in chosen(attempts):
            tally.tried += 1
            answer = await knock(shop.url, "POST", "/dintero/webhook", headers, sent)
            if answer.status != 401:
                tally.let_in.append(f"{headers}: {answer.status}")
        await shop.work()
        if await books(shop) != before:
            tally.let_in.append("one of them had an effect")
    assert shop.bot.counters.counts["unsigned_webhooks"] == tally.tried
    assert (await knock(shop.url, "POST", "/dintero/webhook", [("Event-Signature", right)], body)).status == 200
