"""The customer's hands, and the browser on their phone."""

from starlette.responses import PlainTextResponse, Response

from sandbox.world import World

HANDS = {}


async def browse(world: World, to: str) -> Response:
    """Show on the phone what stands at an address."""
    return PlainTextResponse(to)
