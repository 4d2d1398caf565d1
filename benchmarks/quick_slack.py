"""A Slack that agrees to everything at once and notes when each call came: what a form costs Slack is not ours."""

import asyncio
import itertools
import json
import time
from typing import Any

_WHO = {"team_id": "T1", "team": "Shop", "url": "https://shop.slack.com/", "user_id": "UBOT", "bot_id": "B1"}


class QuickSlack:
    """An ASGI application."""

    def __init__(self) -> None:
        self.opened: dict[str, float] = {}
        """When the form of each trigger arrived, in seconds of the monotonic clock."""
        self.updated: dict[str, float] = {}
        """When the first update of each card arrived."""
        self.seconds = 0.0
        """How long it takes for each answer."""
        self._ts = itertools.count(1)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        body, more = b"", True
        while more:
            part = await receive()
            body, more = body + part.get("body", b""), part.get("more_body", False)
        method = scope["path"].rpartition("/")[2]
        if method == "views.open":
            self.opened[json.loads(body)["trigger_id"]] = time.monotonic()
        if method == "chat.update":
            self.updated.setdefault(json.loads(body)["ts"], time.monotonic())
        if self.seconds:
            await asyncio.sleep(self.seconds)
        answer = json.dumps({"ok": True, **self._of(method)}).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    def _of(self, method: str) -> dict[str, Any]:
        if method == "auth.test":
            return _WHO
        if method == "users.info":
            return {"user": {"id": "U1", "team_id": "T1", "profile": {}}}
        return {"ts": f"{next(self._ts)}.000001", "channel": {"id": "D1"}, "view": {"id": "V1", "hash": "h"}}
