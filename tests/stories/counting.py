"""What the bot costs Dintero and Slack, counted by what reached them."""

import asyncio
import contextlib


def reads(shop, *kinds):
    """How often Dintero was asked: by default for single sessions and payments."""
    wanted = kinds or ("session", "transaction")
    return sum(exchange.kind in wanted for exchange in shop.dintero.log)


def calls(shop, method):
    """The calls of one method that Slack took."""
    return [call for call in shop.slack.log if call.method == method and call.answer.get("ok")]


@contextlib.contextmanager
def counted(shop, *kinds):
    """Yields a function: how many reads there were since the block began."""
    before = reads(shop, *kinds)
    yield lambda: reads(shop, *kinds) - before


def ready_counts(shop):
    """The counters that `/health/ready` shows, without asking over HTTP."""
    return shop.bot.counters.shown()


async def asked(shop, kind):
    """Wait until Dintero has been asked for `kind` and has not answered yet."""
    for _ in range(500):
        if shop.dintero.log[-1].kind == kind and shop.dintero.log[-1].status is None:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"Dintero was never asked for {kind}")
