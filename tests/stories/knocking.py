"""What stories about knocks at the door share."""

import httpx

from sandbox.dintero.post import sign
from tests.stories.shop import ACCOUNT

SIGNATURE = "dintero-signature"


async def knock(shop, method="POST", *, address="", signed_for="", secret="callback-secret", at=None, **more):
    """A callback for the link 4711, or for another `address`, as somebody who knows `secret` would make it."""
    address = address or shop.session()["url"]["callback_url"]
    if "?" not in address:
        address += "?method=POST"
    headers, signed_as = more.pop("headers", {}), more.pop("signed_as", method)
    if secret:
        signature = sign(secret, ACCOUNT, signed_as, signed_for or address, at or shop.clock.now())
        headers = {SIGNATURE: signature, **headers}
    async with httpx.AsyncClient(trust_env=False) as http:
        return await http.request(method, address, headers=headers, **more)


async def ready(shop):
    async with httpx.AsyncClient(trust_env=False) as http:
        return (await http.get(f"{shop.url}/health/ready")).json()


async def paid_in_silence(shop):
    """The customer has paid, and no callback of Dintero's will say so."""
    shop.dintero.faults.callbacks.off = True
    await shop.issues()
    shop.dintero.pay(shop.session()["id"])
    shop.clock.pass_(seconds=6)
