"""What the bot asks of the outside: each call is counted, and at the chosen one the process that makes it is killed."""

import re
from dataclasses import dataclass

from sandbox.mail import Mailbox

IDS = re.compile(r"[PTV]\d{8}\.[\w-]+|(?<=hooks/).+")


@dataclass(frozen=True)
class Point:
    """Where the process dies: at the n-th commit or call after the deed has begun, before or after it."""

    what: str
    number: int
    after: bool

    def __str__(self):
        return f"{'after' if self.after else 'before'} {self.what} {self.number}"


class Calls:
    """Every call of the bot's to the outside, counted; at the chosen one its process is killed."""

    def __init__(self):
        self.under_way = self.total = self.counted = 0
        self.name = ""
        self.cut = None
        self.kill = lambda: None

    def begins(self, name):
        """Returns whether the caller has just been killed, and nothing is to be done."""
        self.total += 1
        self.counted += 1
        self.name = name if self.cut is None or self.counted <= self.cut.number else self.name
        return self._dies(self.counted, after=False)

    def ends(self, number):
        """Returns whether the caller has just been killed, and hears no answer."""
        return self._dies(number, after=True)

    def _dies(self, number, *, after):
        if self.cut != Point("call", number, after):
            return False
        self.kill()
        return True

    def around(self, apps):
        async def counted(scope, receive, send):
            if scope["type"] != "http" or not re.match("/(slack|dintero)/", scope["path"]):
                await apps(scope, receive, send)
                return
            self.under_way += 1
            try:
                await self._called(apps, scope, receive, send)
            finally:
                self.under_way -= 1

        return counted

    async def _called(self, apps, scope, receive, send):
        if self.begins(f"{scope['method']} {IDS.sub('…', scope['path'])}"):
            return
        number, answer = self.counted, []

        async def keep(message):
            answer.append(message)

        await apps(scope, receive, keep)
        if not self.ends(number):
            for message in answer:
                await send(message)


class CutMailbox(Mailbox):
    """A mail server on whose words the bot dies, too."""

    calls: Calls

    async def handle_RCPT(self, *said):  # noqa: N802  aiosmtpd's name
        if self.calls.begins("RCPT"):
            return "421 gone"
        number, answer = self.calls.counted, await super().handle_RCPT(*said)
        self.calls.ends(number)
        return answer

    async def handle_DATA(self, *said):  # noqa: N802
        if self.calls.begins("DATA"):
            return "421 gone"
        number, answer = self.calls.counted, await super().handle_DATA(*said)
        self.calls.ends(number)
        return answer
