"""`/paylink pattern`: what an empty reference becomes in a channel."""

from dataclasses import dataclass

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.domain.errors import Refused
from bot.domain.markup import as_typed
from bot.domain.permissions import Actor
from bot.services.patterns import Patterns
from bot.services.ports.threads import People
from bot.slack.listeners.payloads import Body, Knock, actor_of, knock
from bot.slack.owned import Owned
from bot.slack.threads import SlackThreads
from bot.slack.views.blocks import Message
from bot.slack.views.link_reply import sorry
from bot.slack.views.pattern_reply import pattern_off, pattern_reply, pattern_set


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternsListener:
    """The answer comes after the ack."""

    patterns: Patterns
    people: People
    threads: SlackThreads
    owned: Owned

    async def command(self, ack: AsyncAck, body: Body) -> None:
        """`/paylink pattern`, with a pattern or *off* behind it, or nothing."""
        self.owned.start("answer about the pattern", self._answer(body))
        await ack()

    async def _answer(self, body: Body) -> None:
        who = knock(body)
        try:
            told = await self._done(who, await actor_of(self.people, body), _behind(body))
        except Refused as refusal:
            told = sorry(refusal.sentence, "")
        await self.threads.whisper_message(
            told, channel=who.channel, user_id=who.user_id, response_url=who.response_url
        )

    async def _done(self, who: Knock, actor: Actor, wanted: str) -> Message:
        if not wanted:
            return pattern_reply(await self.patterns.coming(who.channel))
        if wanted.lower() == "off":
            await self.patterns.take_off(who.channel, actor)
            return pattern_off()
        return pattern_set(await self.patterns.set(who.channel, wanted, actor))


def is_about_pattern(body: Body) -> bool:
    """Whether a command is `/paylink pattern …`."""
    return _words(body)[:1] == ["pattern"]


def _behind(body: Body) -> str:
    return as_typed(str(body.get("text") or "")).strip()[len("pattern") :].strip().strip("`")


def _words(body: Body) -> list[str]:
    return str(body.get("text") or "").lower().split(maxsplit=1)
