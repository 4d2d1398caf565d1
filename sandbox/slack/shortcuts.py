"""Slack's own menus: shortcuts that the app put there (Slack reference §16)."""

from . import people
from .model import Message, NotOfferedError, Person
from .people import Answer


class Workspace(people.Workspace):
    """A workspace whose people may also choose shortcuts."""

    async def shortcut(self, person: Person, callback_id: str) -> Answer:
        """Choose a shortcut in the menu of the workspace: the app gets no channel and no response_url."""
        if person.stranger or person.guest:
            raise NotOfferedError(f"{person.name} sees no shortcuts of the app")
        return await self._choose(self._base("shortcut", person) | {"callback_id": callback_id})

    async def message_shortcut(self, person: Person, message: Message, callback_id: str) -> Answer:
        """Choose a shortcut in a message's menu; the app gets the message, whether it is in the channel or not."""
        self._can_see(person, message)
        if person.stranger:
            raise NotOfferedError(f"{person.name} sees no shortcuts of the app")
        channel = self.channels[message.channel_id]
        about = {"channel": {"id": channel.id, "name": self._channel_name(channel)}, "message": message.snapshot()}
        about |= {"message_ts": message.ts, "response_url": self.response_url(person, channel)}
        return await self._choose(self._base("message_action", person) | about | {"callback_id": callback_id})

    async def _choose(self, payload: dict[str, object]) -> Answer:
        answer = await self._interact(payload | {"action_ts": self.next_ts()}, "shortcut")
        if answer.ok and answer.body:
            self.complaints.append("shortcut: the answer must be empty")
        return answer
