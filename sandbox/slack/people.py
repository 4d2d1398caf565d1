"""The people's hands: they type, click and submit, and Slack carries it, signed, to the bot's one URL."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx

from sandbox.trust import NO_ANSWER, TRUST

from .blocks import wrong_in_message, wrong_in_view
from .finding import find, same
from .markup import as_sent, view_as_sent
from .model import Channel, Ephemeral, Field, Message, NotOfferedError, Person, View
from .reading import elements
from .searching import offered
from .state import RefusedError, State

TROUBLE = "We had some trouble connecting. Try again?"
PRESSED = {"button", "overflow"}
WITHOUT_TRIGGER = {"view_closed", "block_suggestion"}
ENTER = "on_enter_pressed"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Answer:
    """What the bot answered: no status when it was late or away; `ephemeral` is what the person then sees."""

    status: int | None
    ephemeral: str | None = None
    body: str = ""
    content_type: str = ""

    @property
    def ok(self) -> bool:
        """The bot kept the contract: 200 in time."""
        return self.status == 200


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Slack's v0 signature (Slack reference §3)."""
    return "v0=" + hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256).hexdigest()


class Workspace(State):
    """A Slack workspace with one app in it, and the hands of its people."""

    def __init__(self, team_id: str = "T1", **options: Any) -> None:
        super().__init__(team_id, **options)
        self.http: httpx.AsyncClient | None = None
        self._closing: set[asyncio.Task[None]] = set()

    async def aclose(self) -> None:
        """Close the connections to the bot."""
        await asyncio.gather(*self._closing)
        if self.http:
            await self.http.aclose()

    # --- what people do -----------------------------------------------------------------------------------------

    async def command(self, person: Person, channel: Channel | str, command: str, text: str = "") -> Answer:
        """Type a slash command; with should_escape the text comes escaped (Slack reference §5)."""
        channel = self.channel(channel) if isinstance(channel, str) else channel
        if person.stranger or person.id not in channel.members or channel.archived:
            raise NotOfferedError(f"{person.name} cannot run {command} in {channel.name}")
        fields = {"command": command, "text": self.escaped(text), "team_id": self.team_id, "team_domain": "shop"}
        fields |= {"channel_id": channel.id, "channel_name": self._channel_name(channel), "user_id": person.id}
        fields |= {"user_name": person.name, "api_app_id": "A1", "is_enterprise_install": "false", "token": "x"}
        fields |= {"response_url": self.response_url(person, channel), "trigger_id": self.trigger(person)}
        answer = await self.send(f"{command} by {person.name}", urlencode(fields).encode())
        if not answer.ok:
            why = "operation_timeout" if answer.status is None else "dispatch_failed"
            answer = Answer(answer.status, f'{command} failed with the error "{why}"')
        if answer.ok and answer.body:
            return self._shown(answer, person, channel)
        if answer.ephemeral:
            self.whisper(channel, person, answer.ephemeral, [], "command")
        return answer

    async def click(
        self,
        person: Person,
        target: Message | Ephemeral | View,
        action: str | None = None,
        *,
        action_id: str | None = None,
        value: Any = None,
        confirm: bool = True,
        times: int = 1,
    ) -> Answer:
        """Press a button, an option of a menu, or choose in a select (`value` is then what to choose).

        `action` is the visible text or the action_id. Among several buttons of one name `value` says which.
        `confirm=False` backs out of the confirmation dialog. A copy of a message is a stale snapshot.
        """
        self._can_see(person, target)
        block, element, chosen = find(_blocks(target), action_id or action, value)
        if not confirm and "confirm" in element:
            return Answer(None)
        now = _field(target, block, element)
        if element["type"] not in PRESSED:
            now.type_in(value)
        pressed = [self._pressed(block, element, chosen, now) for _ in range(times)]
        return await self._deliver(person, target, pressed, f"click on {action_id or action}")

    async def press(
        self,
        person: Person,
        target: Message | Ephemeral | View,
        *,
        block_id: str,
        element: dict[str, Any],
        option: dict[str, Any] | None = None,
        values: Sequence[str] = (),
    ) -> Answer:
        """Press what a screen shows: the element as it was drawn, a menu's option, or what a select holds there.

        The message may have changed since; Slack sends the old button all the same (Slack reference §6).
        """
        self._can_see(person, target)
        block = {"block_id": block_id}
        now = _field(target, block, element)
        if element["type"] not in PRESSED and not isinstance(target, View):
            now.element = next((one for _, one in elements(target.blocks) if same(one, element)), element)
            now.hold(list(values))
        pressed = self._pressed(block, element, option, now)
        return await self._deliver(person, target, [pressed], f"click on {element['action_id']}")

    async def fill(self, view: View, typed: dict[str, Any]) -> None:
        """Type into inputs by label or block_id; selects take the text of an option, checkboxes a list of them."""
        self._can_see(view.person, view)
        for key, wanted in typed.items():
            one = view.field(key)
            one.type_in(wanted)
            view.errors.pop(one.block["block_id"], None)
            if self._tells(one):
                pressed = self._pressed(one.block, one.element, None, one)
                await self._interact(self._action(view.person, view, pressed), f"typing into {key}")

    async def search(self, view: View, key: str, typed: str = "") -> list[str]:
        """Type into a searching select; what the app offers then, as it reads (Slack reference §6, §9)."""
        self._can_see(view.person, view)
        one = view.field(key)
        if not one.searches:
            raise NotOfferedError(f"nothing is searched in {key!r}")
        found: list[dict[str, Any]] = []
        if len(typed) >= one.element.get("min_query_length", 3):
            where = {
                "container": {"type": "view", "view_id": view.id},
                "view": view_as_sent(view.payload(), self),
                "value": typed,
            }
            where |= {"block_id": one.block["block_id"], "action_id": one.element["action_id"]}
            answer = await self._interact(self._base("block_suggestion", view.person, view) | where, "search")
            found, problems = offered(answer.body) if answer.ok else ([], [])
            self.complaints += problems
        one.found = found  # what was found before can be chosen until then
        return [option["text"]["text"] for option in one.found]

    async def enter(self, view: View, key: str) -> None:
        """Press Enter in a text field: the app hears of it if the field asks for that, else the form is sent (§8)."""
        one = view.field(key)
        asks = one.element.get("dispatch_action_config", {}).get("trigger_actions_on", [ENTER])
        if one.block.get("dispatch_action") and ENTER in asks:
            self._can_see(view.person, view)
            pressed = self._pressed(one.block, one.element, None, one)
            await self._deliver(view.person, view, [pressed], f"Enter in {key}")
        else:
            await self.submit(view.person, view)

    async def submit(self, person: Person, view: View, *, times: int = 1) -> Answer:
        """Press the submit button; what the client refuses by itself stands in `view.errors` and is not sent."""
        self._can_see(person, view)
        if "submit" not in view.content or self.modals(person)[-1] is not view:
            raise NotOfferedError("no submit button in reach")
        view.errors = {one.block["block_id"]: wrong for one in view.inputs if (wrong := one.wrong())}
        if view.errors:
            return Answer(None)
        payloads = [
            self._base("view_submission", person, view)
            | {"view": view_as_sent(view.payload(), self), "response_urls": []}
            for _ in range(times)
        ]
        answers = await asyncio.gather(*(self._submit(view, one) for one in payloads))
        return answers[0]

    def close(self, view: View, *, everything: bool = False) -> asyncio.Task[None]:
        """Close a view, or with the corner cross the whole stack; await the result to have view_closed delivered."""
        stack = [one for one in self.modals(view.person) if one.root == view.root]
        shut = stack if everything else stack[stack.index(view) :] if view in stack else []
        for one in shut:
            one.closed = True
        told = stack[:1] if everything else shut
        wanted = [one for one in told if one.content.get("notify_on_close")]
        task = asyncio.ensure_future(self._tell_closed(wanted, cleared=everything))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
        return task

    def invite(self, person: Person, channel: Channel, name: str) -> None:
        """Bring the app into a channel, as `/invite` does (Slack reference §10)."""
        if name != self.names["UBOT"] or channel.kind == "dm":
            raise NotOfferedError(f"{name} cannot be invited here.")
        channel.bot = True
        self.post(channel, person.id, f"added <@UBOT> to #{channel.name}", [])

    def say(self, person: Person, channel: Channel, text: str, thread_ts: str | None = None) -> Message:
        """Write an ordinary message."""
        return self.post(channel, person.id, text, [], thread_ts=thread_ts)

    async def url_verification(self) -> Answer:
        """Slack's own check of the request URL (Slack reference §3)."""
        asked = json.dumps({"type": "url_verification", "token": "x", "challenge": "c1"}).encode()
        answer = await self.send("url_verification", asked, "application/json")
        if answer.ok and "c1" not in answer.body:
            self.complaints.append("url_verification: the challenge was not echoed")
        return answer

    # --- how Slack carries it -----------------------------------------------------------------------------------

    async def send(self, what: str, body: bytes, content_type: str = FORM, **headers: str) -> Answer:
        """POST a signed request to the bot and hold it to 3 s and 200 (Slack reference §3, §4)."""
        fresh = httpx.Limits(max_keepalive_connections=0)  # a connection kept alive may die with a bot that restarts
        if self.http is None:
            # `send` sets the time that it waits
            self.http = httpx.AsyncClient(timeout=None, trust_env=False, limits=fresh, verify=TRUST)  # noqa: S113
        signed = self._signed(body)
        sent = {"Content-Type": content_type, **signed, **headers}
        try:
            async with asyncio.timeout(self.ack_deadline):
                answer = await self.http.post(self.request_url, content=body, headers=sent)
        except TimeoutError:
            self.complaints.append(f"{what}: operation_timeout, no answer within {self.ack_deadline} s")
            return Answer(None)
        except NO_ANSWER as error:
            self.complaints.append(f"{what}: the bot cannot be reached, {type(error).__name__}")
            return Answer(None)
        if answer.status_code != 200:
            self.complaints.append(f"{what}: the bot answered {answer.status_code}")
        return Answer(answer.status_code, None, answer.text, answer.headers.get("content-type", ""))

    def _signed(self, body: bytes) -> dict[str, str]:
        wrong = self.faults.requests
        if wrong.unsigned:
            return {}
        stamp = str(int(time.time()) - wrong.seconds_behind)
        secret = "another secret" if wrong.wrong_signature else self.signing_secret
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": sign(secret, stamp, body)}

    async def _deliver(
        self, person: Person, target: Message | Ephemeral | View, pressed: list[dict[str, Any]], what: str
    ) -> Answer:
        """Carry presses to the bot, all at once; the first one's answer."""
        sends = (self._interact(self._action(person, target, one), what) for one in pressed)
        answers = await asyncio.gather(*sends)
        self.complaints += ["click: the answer must be empty" for answer in answers if answer.ok and answer.body]
        return answers[0]

    async def _interact(self, payload: dict[str, Any], what: str) -> Answer:
        return await self.send(
            f"{what} by {payload['user']['name']}", urlencode({"payload": json.dumps(payload)}).encode()
        )

    async def _submit(self, view: View, payload: dict[str, Any]) -> Answer:
        answer = await self._interact(payload, "submission")
        self._react(view, answer)
        return answer

    async def _tell_closed(self, views: list[View], *, cleared: bool) -> None:
        for view in views:
            payload = self._base("view_closed", view.person) | {
                "view": view_as_sent(view.payload(), self),
                "is_cleared": cleared,
            }
            await self._interact(payload, "closing")

    def _base(self, kind: str, person: Person, view: View | None = None) -> dict[str, Any]:
        user = {"id": person.id, "username": person.name, "name": person.name}
        user |= {"team_id": person.team_id} if self.payload_says_user_team else {}
        own = person.stranger and self.outsiders_payload_team == "own"
        team = {"id": person.team_id if own else self.team_id, "domain": "shop"}
        base = {"type": kind, "team": team, "user": user, "api_app_id": "A1"}
        base |= {"token": "x", "enterprise": None, "is_enterprise_install": False}
        return base | ({} if kind in WITHOUT_TRIGGER else {"trigger_id": self.trigger(person, view)})

    def _action(self, person: Person, target: Message | Ephemeral | View, pressed: dict[str, Any]) -> dict[str, Any]:
        """A block_actions payload; an ephemeral message comes without its snapshot (Slack reference §6)."""
        if isinstance(target, View):
            where: dict[str, Any] = {
                "container": {"type": "view", "view_id": target.id},
                "view": view_as_sent(target.payload(), self),
            }
            return self._base("block_actions", person, target) | where | {"actions": [pressed]}
        channel, private = self.channels[target.channel_id], isinstance(target, Ephemeral)
        container = {"type": "message", "message_ts": target.ts, "channel_id": channel.id, "is_ephemeral": private}
        if target.thread_ts:
            container["thread_ts"] = target.thread_ts
        live = target if isinstance(target, Ephemeral) else channel.message(target.ts)
        where = {"container": container, "channel": {"id": channel.id, "name": self._channel_name(channel)}}
        where |= {"state": {"values": {}}, "response_url": self.response_url(person, channel, live, clicked=True)}
        where |= {} if isinstance(target, Ephemeral) else {"message": target.snapshot()}
        return self._base("block_actions", person) | where | {"actions": [pressed]}

    def _pressed(self, block: dict[str, Any], element: dict[str, Any], chosen: Any, now: Field) -> dict[str, Any]:
        """One entry of `actions`; `now` is the value a select or an input holds."""
        action = {key: element[key] for key in ("type", "action_id", "text", "value", "style") if key in element}
        action |= {"block_id": block["block_id"], "action_ts": self.next_ts()}
        if element["type"] in PRESSED:
            return action | ({"selected_option": chosen} if chosen else {})
        return action | now.state(lost=False)

    def _react(self, view: View, answer: Answer) -> None:
        """Do what the answer to a submission says (Slack reference §8); a bad answer leaves the view open."""
        if not answer.ok:
            view.errors = {"": TROUBLE}
        elif not answer.body.strip():
            view.closed = True
        else:
            try:
                self._obey(view, json.loads(answer.body))
            except (ValueError, KeyError, TypeError, RefusedError) as error:
                self.complaints.append(f"submission: {error!r} in {answer.body[:300]}")
                view.errors = {"": TROUBLE}

    def _obey(self, view: View, told: dict[str, Any]) -> None:
        match told["response_action"]:
            case "errors":
                inputs = {one.block["block_id"] for one in view.inputs}
                if not told["errors"] or not set(told["errors"]) <= inputs:
                    raise ValueError(f"errors need block ids of input blocks, not {list(told['errors'])}")
                view.errors = dict(told["errors"])
            case "clear":
                for one in self.modals(view.person):
                    one.closed = one.closed or one.root == view.root
            case "update" | "push" as action:
                if problems := wrong_in_view(told["view"]):
                    raise ValueError(f"invalid view {problems}")
                if action == "push":
                    self.show_view(told["view"], view.person, view)
                else:
                    self.change_view(view, told["view"])
            case other:
                raise ValueError(f"unknown response_action {other}")

    def _shown(self, answer: Answer, person: Person, channel: Channel) -> Answer:
        """Show the body of a command's answer: plain text or a message (Slack reference §5)."""
        message = json.loads(answer.body) if "json" in answer.content_type else {"text": answer.body}
        text, blocks = message.get("text", ""), message.get("blocks", [])
        self.complaints += wrong_in_message(blocks)
        if message.get("response_type") == "in_channel":
            self.post(channel, "UBOT", text, blocks)
            return answer
        one = self.whisper(channel, person, text, blocks, "command")
        return Answer(answer.status, one.read(), answer.body, answer.content_type)

    def _can_see(self, person: Person, target: Message | Ephemeral | View) -> None:
        if isinstance(target, View):
            there = target.person == person and not target.closed
        elif isinstance(target, Ephemeral):
            there = target.user == person.id and self.is_there(target)
        else:
            channel = self.channels[target.channel_id]
            there = self.is_there(target) and (channel.kind == "public" or person.id in channel.members)
        if not there:
            raise NotOfferedError(f"{person.name} does not see this {type(target).__name__.lower()}")

    def escaped(self, text: str) -> str:
        """What people type, as Slack sends it (Slack reference §5, §12)."""
        return as_sent(text, self)

    @staticmethod
    def _channel_name(channel: Channel) -> str:
        return {"dm": "directmessage", "private": "privategroup"}.get(channel.kind, channel.name)

    @staticmethod
    def _tells(one: Field) -> bool:
        """An input that dispatches at once: choices always, texts when asked for every character (§8)."""
        if not one.block.get("dispatch_action"):
            return False
        config = one.element.get("dispatch_action_config", {})
        return one.key != "value" or "on_character_entered" in config.get("trigger_actions_on", [])


def _blocks(target: Message | Ephemeral | View) -> list[dict[str, Any]]:
    return target.content["blocks"] if isinstance(target, View) else target.blocks


def _field(target: Message | Ephemeral | View, block: dict[str, Any], element: dict[str, Any]) -> Field:
    """The value an element holds: a view remembers it, a message's is only what is chosen now."""
    held = target.fields.get((block["block_id"], element["action_id"])) if isinstance(target, View) else None
    return held or Field(block, element)
