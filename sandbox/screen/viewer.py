"""Who looks at the page, and at what. It all stands in the address, so that two windows are two people."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

from sandbox.slack import Channel, Ephemeral, Message, NotOfferedError, Person, View, Workspace


@dataclass(frozen=True)
class Viewer:
    """One person in one channel, maybe with a thread open."""

    slack: Workspace
    person: Person
    channel: Channel
    thread_ts: str = ""

    @classmethod
    def of(cls, slack: Workspace, query: Mapping[str, str]) -> Self:
        """Read the address; what it does not say, or says of nobody, is the first person and their first channel."""
        people = {one.id: one for one in slack.people.values() if not one.bot}
        person = people.get(query.get("as", "")) or next(iter(people.values()))
        mine = {one.id: one for one in slack.channels.values() if slack.sees(person, one)}
        channel = mine.get(query.get("in", "")) or next(iter(mine.values()))
        thread_ts = query.get("thread", "")
        return cls(slack, person, channel, thread_ts if channel.message(thread_ts) else "")

    def query(self) -> str:
        """The address's query that shows the same again."""
        return self.elsewhere(thread=self.thread_ts)

    def elsewhere(self, *, person: Person | None = None, channel: Channel | None = None, thread: str = "") -> str:
        """The query that shows something else: another person's view, another channel, a thread."""
        there = {"as": (person or self.person).id, "in": (channel or self.channel).id}
        return urlencode(there | ({"thread": thread} if thread else {}))

    def called(self, channel: Channel) -> str:
        """What the person calls a channel; a direct conversation is called by whoever else is in it."""
        if channel.kind != "dm":
            return channel.name
        others = [self.slack.people[one].name for one in channel.members if one != self.person.id]
        return ", ".join(others) or self.slack.names["UBOT"].lstrip("@")

    @property
    def channels(self) -> list[Channel]:
        """The channels this person can open."""
        return [one for one in self.slack.channels.values() if self.slack.sees(self.person, one)]

    def has_news(self, channel: Channel) -> bool:
        """Whether something was posted there since the person had the channel before them; looking notes it."""
        newest = channel.posted[-1].ts if channel.posted else ""
        if channel.id == self.channel.id:
            self.slack.read_up_to[self.person.id, channel.id] = newest
        return newest > self.slack.read_up_to.get((self.person.id, channel.id), "")

    @property
    def messages(self) -> list[Message | Ephemeral]:
        """What stands in the channel for this person, oldest first."""
        mine = [one for one in self._whispers if not one.thread_ts]
        return sorted([*self.channel.messages, *mine], key=_place)

    @property
    def parent(self) -> Message | None:
        """The message whose thread is open."""
        return self.channel.message(self.thread_ts) if self.thread_ts else None

    @property
    def replies(self) -> list[Message | Ephemeral]:
        """What stands in the open thread for this person."""
        mine = [one for one in self._whispers if one.thread_ts == self.thread_ts]
        return sorted([*self.channel.thread(self.thread_ts), *mine], key=_place)

    @property
    def modal(self) -> View | None:
        """The form on top."""
        views = self.slack.modals(self.person)
        return views[-1] if views else None

    @property
    def _whispers(self) -> list[Ephemeral]:
        return [one for one in self.slack.ephemerals(self.person) if one.channel_id == self.channel.id]

    def find(self, key: str) -> Message | Ephemeral | View:
        """The form with this id or the message with this ts that the person has before them.

        Raises:
            NotOfferedError: when it has gone.

        """
        if self.modal and self.modal.id == key:
            return self.modal
        seen = [*self.messages, *self.replies, *([self.parent] if self.parent else [])]
        found = next((one for one in seen if one.ts == key), None)
        if found is None:
            raise NotOfferedError("This is no longer there.")
        return found


def _place(one: Message | Ephemeral) -> tuple[int, ...]:
    return tuple(int(part) for part in one.ts.split("."))
