"""A shop whose form has much to choose from, and the way of a choice to Dintero."""

import contextlib
import json
from pathlib import Path

from jsonschema import Draft202012Validator

from sandbox.dintero import Switches
from tests.stories.shop import opened_shop

SCHEMA = Path(__file__).parents[1] / "schemas" / "dintero" / "session-create.request.strict.json"
ALL = "vipps, swish.swish, dintero_psp.creditcard, payex.creditcard, payex.mobilepay, klarna.klarna"
WORKSHOP = "P12345678.workshop"
BY_VIPPS = {"vipps": {"enabled": True}}


@contextlib.asynccontextmanager
async def much_to_choose(database, override):
    """A production account, so that messages really leave, with two profiles; one of them sends by itself."""
    offered = {
        "paylink_methods": ALL,
        "paylink_profiles": f"default=Web shop, {WORKSHOP}=Workshop",
        "paylink_shipping": "Home delivery=99, Collect in shop=0",
        "paylink_terms_url": "https://shop.example.com/terms",
    }
    switches = Switches(override=override)
    async with opened_shop(database, account="P12345678", switches=switches, **offered) as shop:
        shop.dintero.profiles[WORKSHOP] = {"configuration": BY_VIPPS, "sms": True}
        yield shop
        assert shop.slack.complaints == []


async def opens_more(shop, text="249,50 91234567 Tow bar #4711"):
    """`/paylink …` and *More…*; returns the form."""
    form = await shop.opens_form(text)
    await shop.slack.click(shop.kari, form, "More…")
    await shop.bot.owned.settled()
    return form


async def chooses(shop, form, **chosen):
    """Fill one field after the other; each may redraw the form."""
    for field, value in chosen.items():
        await shop.slack.fill(form, {field: value})
        await shop.bot.owned.settled()


async def sends(shop, form):
    """Press *Send* and let the bot do it; returns the form."""
    await shop.slack.submit(shop.kari, form)
    await shop.work()
    return form


async def issues(shop, text="249,50 91234567 Tow bar #4711", **chosen):
    """The whole way: open, choose, send; returns the form."""
    form = await opens_more(shop, text)
    await chooses(shop, form, **chosen)
    return await sends(shop, form)


def asked(shop):
    """The body of the newest create, after Dintero's own schema has taken it."""
    body = shop.writes("create")[-1].body
    known = json.loads(json.dumps(body))
    if known["configuration"].get("channel") == "hosted":
        del known["configuration"]["channel"]  # the schema is older than the word (Dintero reference §4.5)
    Draft202012Validator(json.loads(SCHEMA.read_text())).validate(known)
    return body
