"""Whatever stands in a request to whatever route: no 5xx, no traceback, nothing asked of Dintero, nobody's link moved.

What Hypothesis finds stays found: the twentieth of `make test` is the same every time.
"""

import asyncio
import gzip
import hashlib
import hmac
import json
import string
from contextlib import AsyncExitStack
from urllib.parse import quote_from_bytes, urlencode

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from bot.domain.actions import Action
from bot.slack import ids
from tests import kept
from tests.databases import KINDS
from tests.prove.doors.knocking import FORM, knock, signed
from tests.stories.shop import opened_shop

ATTEMPTS = 1250
"""Of each case: with four kinds and two databases 10,000 in all."""
FINE = {200, 204, 303, 400, 401, 404, 405, 413, 415, 429}
METHODS = ("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "X")
TYPES = (
    FORM,
    "application/json",
    "multipart/form-data; boundary=x",
    "text/plain",
    "",
    "\xe6",
    "application/json; x=\xe6",
)
HEADERS = ("Host", "X-Forwarded-Host", "X-Forwarded-For", "Content-Encoding", "Accept-Language", "Cookie", "Expect")

ODD_TEXT = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["", "\0", "\ud800", "a\0b", "x" * 5000, "😀" * 700, "\u202e", "null", "-1", "NaN", "1e999", "'"]),
)
ODD = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), ODD_TEXT, st.just(10**400)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ODD_TEXT, inner, max_size=4),
    max_leaves=12,
)
OURS = sorted(
    {value for name, value in vars(ids).items() if name.isupper() and isinstance(value, str)}
    | {f"{ids.LINK}{action}" for action in Action}
)
"""Every id that a button, a field or a form of ours has."""


class Target:
    """A shop with one link, and what an attack may name of it."""

    def __init__(self, shop):
        self.shop = shop
        link = shop.session()
        self.token = link["url"]["return_url"].rpartition("/")[2]
        self.value = next(one["value"] for one in _buttons(shop.card.blocks))
        self.paths = sorted({self._filled(route.path) for route in shop.bot.web.routes} | {"/", "//", "/p/", "/p/../x"})

    def _filled(self, path):
        return path.replace("{token}", self.token)


def _buttons(blocks):
    return [one for block in blocks for one in block.get("elements", []) if one.get("type") == "button"]


def spoilt(value):
    """The same JSON value, with some of it missing, of another kind, or odd."""
    if isinstance(value, dict):
        kept = {name: st.one_of(spoilt(one), st.just(one)) for name, one in value.items()}
        whole = st.fixed_dictionaries({}, optional=kept) | st.fixed_dictionaries(kept)
        return st.one_of(whole, whole, whole, ODD)
    if isinstance(value, list):
        return st.one_of(st.tuples(*map(spoilt, value)).map(list), st.just([]), ODD)
    return st.one_of(st.just(value), st.just(value), ODD)


def payloads(target):
    """Slack's payloads of every kind, each about something of ours, more or less spoilt."""
    shop = target.shop
    person = {"id": shop.kari.id, "team_id": shop.slack.team_id}
    state = {"values": {"phone": {"v": {"type": "plain_text_input", "value": "91234567"}}, "sure": {"v": {}}}}
    blocks = [{"type": "input", "block_id": "price:1", "element": {"type": "x", "action_id": "v"}}, {"type": "actions"}]
    base = {"team": {"id": shop.slack.team_id}, "user": person, "trigger_id": "1.2.x", "response_urls": []}

    def about(kind, name, memory):
        view = {
            "id": "V1",
            "type": "modal",
            "callback_id": name,
            "private_metadata": memory,
            "hash": "h",
            "root_view_id": "V1",
        }
        view |= {"state": state, "blocks": blocks}
        pressed = {"type": "button", "action_id": name, "block_id": name, "value": memory, "selected_option": {}}
        where = {
            "container": {"message_ts": shop.card.ts, "channel_id": shop.sales.id},
            "channel": {"id": shop.sales.id},
        }
        by_kind = {
            "block_actions": {**where, "actions": [pressed], "view": view, "response_url": "http://127.0.0.1:1/x"},
            "view_submission": {"view": view},
            "view_closed": {"view": view},
            "block_suggestion": {"view": view, "action_id": name, "block_id": name, "value": memory},
            "shortcut": {"callback_id": name},
            "message_action": {**where, "callback_id": name, "message": {"text": memory, "ts": "1.2"}},
            "event_callback": {"event": {"type": name}, "authorizations": [{"team_id": "T1"}]},
            "url_verification": {"challenge": memory},
            "dialog_submission": {"callback_id": name},
        }
        return base | {"type": kind} | by_kind[kind]

    kinds = ("block_actions", "view_submission") * 4 + (
        "view_closed", "block_suggestion", "shortcut", "message_action", "event_callback", "url_verification",
        "dialog_submission",
    )  # fmt: skip
    form = json.dumps({"d": "d1", "c": shop.sales.id, "g": 0, "r": 0})
    memories = st.sampled_from([target.value, f"{target.value}|refund", form, "{", '{"d":"\\ud800"}', "[" * 5000, ""])
    return st.builds(about, st.sampled_from(kinds), st.sampled_from(OURS) | ODD_TEXT, memories | ODD_TEXT).flatmap(
        spoilt
    )


def commands(target):
    fields = {"command": "/paylink", "text": "249,50 91234567", "team_id": target.shop.slack.team_id}
    fields |= {"user_id": target.shop.kari.id, "channel_id": target.shop.sales.id, "trigger_id": "1.2.x"}
    return spoilt(fields)


def as_body(content):
    """JSON as somebody may write it: in a form, bare, with a key twice, cut off, or packed."""
    text = json.dumps(content, default=str)
    return st.sampled_from(
        [
            urlencode({"payload": text}).encode(),
            urlencode({"payload": text}).encode(),
            text.encode(),
            text.encode()[:-1],
            urlencode({"payload": text, "x": "y"}).encode() + b"&payload=%7B%7D",
            text.replace("{", '{"type": "x", ', 1).encode(),
            gzip.compress(text.encode()),
            urlencode(content, errors="replace").encode() if isinstance(content, dict) else b"=&%",
        ]
    )


def raw_bodies():
    deep = st.integers(1, 20_000).map(lambda depth: b'{"type":' + b"[" * depth)
    cut = st.binary(max_size=60).map(
        lambda inside: b'--x\r\nContent-Disposition: form-data; name="payload"\r\n\r\n' + inside
    )
    odd = st.sampled_from(
        [b"payload=%", b"payload=%ff", b"payload=", b"payload=null", b"payload=[]", b"&" * 500, b"{" * 99]
    )
    return st.one_of(st.binary(max_size=200), deep, cut, odd)


def slack_attacks(target):
    bodies = st.one_of(
        payloads(target).flatmap(as_body), payloads(target).flatmap(as_body), commands(target).flatmap(as_body)
    )
    return st.tuples(st.just("POST"), st.just("/slack/events"), st.sampled_from(TYPES), bodies, st.just(()))


def raw_slack_attacks(_target):
    return st.tuples(st.just("POST"), st.just("/slack/events"), st.sampled_from(TYPES), raw_bodies(), st.just(()))


def route_attacks(target):
    """Every route and method, with its own token or a made-up one, a query, headers and a body."""
    odd = st.binary(max_size=30).map(quote_from_bytes)
    tokens = odd | st.text(string.printable, max_size=60).map(lambda text: quote_from_bytes(text.encode(), safe="/%?"))
    paths = st.sampled_from(target.paths)
    guessed = st.tuples(paths, tokens).map(lambda pair: pair[0].replace(target.token, pair[1]))
    queries = st.lists(st.sampled_from(["session_id", "sid", "error", "method", "x"]) | odd, max_size=4).flatmap(
        lambda names: st.tuples(*(st.tuples(st.just(name), odd) for name in names))
    )
    asked = st.tuples(paths | guessed, queries).map(
        lambda pair: f"{pair[0]}?" + "&".join("=".join(one) for one in pair[1])
    )
    plain = asked.map(lambda target: target.replace(" ", "%20"))
    values = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=60).map(str.strip)
    headers = st.lists(st.tuples(st.sampled_from(HEADERS), values), max_size=3, unique_by=lambda pair: pair[0])
    return st.tuples(st.sampled_from(METHODS), plain, st.sampled_from(TYPES), raw_bodies(), headers.map(tuple))


def webhook_attacks(target):
    """As Dintero's own: what is inside is any JSON."""
    session = {"session_id": target.shop.session()["id"], "id": "x"}
    events = st.one_of(spoilt({"transaction": session}), spoilt({"authorization": session, "event": "x"}), ODD)
    bodies = events.map(lambda event: json.dumps(event, default=str).encode()) | raw_bodies()
    return st.tuples(st.just("POST"), st.just("/dintero/webhook"), st.sampled_from(TYPES), bodies, st.just(()))


ATTACKS = {
    "payloads": (slack_attacks, "signed payloads to Slack's door"),
    "raw": (raw_slack_attacks, "signed bytes to Slack's door"),
    "routes": (route_attacks, "every route and method"),
    "webhook": (webhook_attacks, "signed webhooks"),
}


@pytest.fixture(params=KINDS)
def runner_and_target(request):
    """A shop in a loop that stands still between the attacks; its callbacks need no signature, so all are heard."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()

        async def opened():
            url = kept.emptied(request.param)
            shop = await stack.enter_async_context(opened_shop(url, dintero_signature_secret=None))
            shop.slack.ack_deadline = 20
            await shop.issues()
            return Target(shop)

        yield runner, runner.run(opened())
        runner.run(stack.aclose())


def dinteros_seal(body):

    return ("Event-Signature", hmac.new(b"webhook-secret", body, hashlib.sha1).hexdigest())


@pytest.mark.parametrize("kind", ATTACKS)
def test_no_body_brings_a_door_down(runner_and_target, kind, proof, share, capsys):
    runner, target = runner_and_target
    shop = target.shop
    strategy, said = ATTACKS[kind]

    async def attack(method, path, content_type, body, headers):
        seals = signed(body, content_type=content_type) if path == "/slack/events" else [("Content-Type", content_type)]
        seals += [dinteros_seal(body)] if kind == "webhook" else []
        answer = await knock(shop.url, method, path, [*seals, *headers], body)
        await shop.bot.owned.settled()
        return answer

    with proof(promise=5, varied=f"bad bodies: {said}") as tally:

        @settings(
            max_examples=share(ATTEMPTS), deadline=None, derandomize=True, database=None,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(strategy(target))
        def attacked(attempt):
            tally.tried += 1
            writes = [
                exchange.kind for exchange in shop.dintero.log if exchange.kind in {"create", "cancel", "capture"}
            ]
            answer = runner.run(attack(*attempt))
            event(f"answered {answer.status}")
            log = "".join(capsys.readouterr())
            now = [exchange.kind for exchange in shop.dintero.log if exchange.kind in {"create", "cancel", "capture"}]
            problem = [line for line in log.splitlines() if "Traceback" in line or "[error" in line]
            assert answer.status in FINE, (answer, log)
            assert not problem, log
            assert now == writes

        try:
            attacked()
        except AssertionError as found:
            tally.let_in.append(str(found)[:300])
            raise
