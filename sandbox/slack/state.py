"""What Slack keeps for a workspace, and the keys it hands out: triggers, hashes, response URLs."""

import itertools
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from .faults import Faults, Limits
from .model import Channel, Ephemeral, Message, Person, View, copied
from .profiles import Outsiders
from .ways import Ways

SCOPES = ("commands", "chat:write", "chat:write.public", "im:write", "users:read")


class RefusedError(Exception):
    """A Web API call Slack refuses: `error`, and more keys of the answer."""

    def __init__(self, error: str, *messages: str, **more: Any) -> None:
        super().__init__(error)
        self.answer = {"ok": False, "error": error, **more}
        if messages:
            self.answer["response_metadata"] = {"messages": list(messages)}


@dataclass(frozen=True)
class Call:
    """One Web API call as the workspace saw it; `answer` is what it decided, even if a fault swallowed it."""

    method: str
    args: dict[str, Any]
    answer: dict[str, Any]
    at: datetime
    fault: str | None = None


@dataclass
class Trigger:
    """A trigger_id: three seconds, one use (Slack reference §7)."""

    person: Person
    born: float
    view: View | None = None
    used: bool = False


@dataclass
class Hook:
    """A response_url: 5 uses in 30 minutes (Slack reference §7)."""

    person: Person
    channel: Channel
    born: datetime
    original: Message | Ephemeral | None = None
    clicked: bool = False
    uses: int = 0


class State:
    """People, channels, views and keys. All times come from `clock`; triggers live on `monotonic`."""

    def __init__(
        self,
        team_id: str = "T1",
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        signing_secret: str,
        bot_token: str,
        monotonic: Callable[[], float] = time.monotonic,
        ack_deadline: float = 3.0,
    ) -> None:
        self.team_id, self.clock, self.monotonic = team_id, clock, monotonic
        self.signing_secret, self.bot_token, self.ack_deadline = signing_secret, bot_token, ack_deadline
        self.trigger_life = 3.0
        """Seconds in which a trigger_id must be used (Slack reference §7)."""
        self.base_url = self.request_url = ""
        self.scopes = set(SCOPES)
        self.faults, self.limits = Faults(), Limits()
        self.log: list[Call] = []
        self.complaints: list[str] = []
        # The switches for what is UNCONFIRMED or differs between workspaces.
        self.loses_untouched_initials_after_update = True
        self.private_channel_answer = "channel_not_found"
        self.ways = Ways()
        self.telephones_as_links, self.addresses_as_links = False, True
        self.outsiders_said: str = Outsiders.STRANGER
        self.outsiders_payload_team = "installing"
        """Whose id stands as `team` where an outsider clicks: the `installing` workspace's, or their `own`."""
        self.payload_says_user_team = True
        self.said_instead: dict[str, dict[str, Any]] = {}
        """By a person's id: what `users.info` says of them in another way, or leaves out (`profiles.LEFT_OUT`)."""
        self.modal_inputs_escaped = False
        self.people: dict[str, Person] = {}
        self.channels: dict[str, Channel] = {}
        self.views: dict[str, View] = {}
        self.names: dict[str, str] = {"UBOT": "@paylink"}
        self.triggers: dict[str, Trigger] = {}
        self.hooks: dict[str, Hook] = {}
        self._ephemerals: list[Ephemeral] = []
        self.read_up_to: dict[tuple[str, str], str] = {}  # person and channel → the newest ts they have seen
        self._count = itertools.count(1)
        self._last_ts = 0

    def person(self, name: str, *, stranger: bool = False, team_id: str = "", **more: Any) -> Person:
        """A new person; a stranger comes from another team through Slack Connect (Slack reference §13).

        `more` is as in `Person`. With `teams` they are of an organisation on Grid, at home in `team_id`.
        """
        team_id = team_id or (f"{self.team_id}X" if stranger else self.team_id)
        more["guest"] = more.get("guest", False) or more.get("single_channel", False)
        person = Person(f"U{next(self._count)}", name, team_id, stranger=stranger, **more)
        self.people[person.id], self.names[person.id] = person, f"@{name}"
        return person

    def add_channel(
        self, name: str, members: list[Person], *, bot: bool = False, private: bool = False, kind: str | None = None
    ) -> Channel:
        """A new channel; `kind="dm"` without the bot is a conversation between other people."""
        kind = kind or ("private" if private else "public")
        number = next(self._count)
        channel = Channel(f"{'D' if kind == 'dm' else 'C'}{number}", name, kind, {one.id for one in members}, bot)
        self.channels[channel.id], self.names[channel.id] = channel, f"#{name}"
        return channel

    def channel(self, name: str) -> Channel:
        """A channel by name or id."""
        return next(one for one in self.channels.values() if name in {one.name, one.id})

    def sees(self, person: Person, channel: Channel) -> bool:
        """Whether somebody can open a channel; a public one is public to full members of the workspace only."""
        everybody = channel.kind == "public" and not person.guest and not person.stranger
        return everybody or person.id in channel.members

    def dm(self, person: Person) -> Channel:
        """The bot's own conversation with a person, opened when it is not there."""
        found = (one for one in self.channels.values() if one.kind == "dm" and one.bot and one.members == {person.id})
        return next(found, None) or self.add_channel(f"dm-{person.name}", [person], bot=True, kind="dm")

    def modals(self, person: Person) -> list[View]:
        """The person's open views, the one on top last."""
        return [view for view in self.views.values() if view.person == person and not view.closed]

    def ephemerals(self, person: Person) -> list[Ephemeral]:
        """What only this person sees, newest last."""
        return [one for one in self._ephemerals if one.user == person.id]

    def next_ts(self) -> str:
        """A ts after all others: Unix seconds with six decimals."""
        self._last_ts = max(int(self.clock().timestamp() * 1_000_000), self._last_ts + 1)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06}"

    def post(self, channel: Channel, user: str, text: str, blocks: list[dict[str, Any]], **more: Any) -> Message:
        """Put a message into a channel."""
        message = Message(channel.id, self.next_ts(), text[:40_000], self.with_ids(blocks), self.names, user, **more)
        channel.posted.append(message)
        return message

    def whisper(self, channel: Channel, person: Person, text: str, blocks: list[dict[str, Any]], via: str) -> Ephemeral:
        """Show a message to one person only."""
        one = Ephemeral(channel.id, self.next_ts(), text, self.with_ids(blocks), self.names, person.id, via)
        self._ephemerals.append(one)
        return one

    def is_there(self, message: Message | Ephemeral) -> bool:
        """Nobody has taken the message away."""
        others = self._ephemerals if isinstance(message, Ephemeral) else self.channels[message.channel_id].posted
        return any(one.ts == message.ts for one in others)

    def forget(self, message: Message | Ephemeral) -> None:
        """Take a message away, as a person who deletes it does."""
        if isinstance(message, Ephemeral):
            self._ephemerals = [one for one in self._ephemerals if one.ts != message.ts]
        else:
            channel = self.channels[message.channel_id]
            stays = self.ways.leaves_placeholders and channel.thread(message.ts)
            gone = [replace(message, user="USLACKBOT", text="This message was deleted.", blocks=[])] if stays else []
            at = [one.ts for one in channel.posted].index(message.ts)
            channel.posted[at : at + 1] = gone

    def with_ids(self, blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Blocks of our own, each with a block_id; Slack makes up the missing ones, new ones every time."""
        return [{"block_id": f"auto{next(self._count)}"} | copied(block) for block in blocks]

    def trigger(self, person: Person, view: View | None = None) -> str:
        """A fresh trigger_id."""
        key = f"{next(self._count)}.2.{secrets.token_hex(8)}"
        self.triggers[key] = Trigger(person, self.monotonic(), view)
        return key

    def use_trigger(self, key: str) -> Trigger:
        """Spend a trigger_id."""
        trigger = self.triggers.get(key)
        if trigger is None:
            raise RefusedError("invalid_trigger_id")
        if trigger.used:
            raise RefusedError("exchanged_trigger_id")
        if self.monotonic() - trigger.born > self.trigger_life:
            raise RefusedError("expired_trigger_id")
        trigger.used = True
        return trigger

    def response_url(
        self, person: Person, channel: Channel, original: Message | Ephemeral | None = None, *, clicked: bool = False
    ) -> str:
        """A fresh response_url."""
        key = f"{self.team_id}/{next(self._count)}/{secrets.token_hex(8)}"
        self.hooks[key] = Hook(person, channel, self.clock(), original, clicked)
        return f"{self.base_url}/hooks/{key}"

    def show_view(self, content: dict[str, Any], person: Person, below: View | None = None) -> View:
        """Open a view, alone or on top of another (at most 3, Slack reference §8)."""
        if below and len([one for one in self.modals(person) if one.root == below.root]) >= 3:
            raise RefusedError("push_limit_reached")
        key = f"V{next(self._count)}"
        view = View(
            key, person, {}, "", below.root if below else key, below.id if below else None, self.names, self.team_id
        )
        view.show(content | {"blocks": self.with_ids(content["blocks"])}, self.next_hash())
        self.views[key] = view
        return view

    def change_view(self, view: View, content: dict[str, Any]) -> None:
        """Replace what an open view shows."""
        lost = self.loses_untouched_initials_after_update
        view.show(content | {"blocks": self.with_ids(content["blocks"])}, self.next_hash(), loses_initials=lost)

    def next_hash(self) -> str:
        """A view's hash, new with every change."""
        return f"{self.next_ts().partition('.')[0]}.{secrets.token_hex(4)}"
