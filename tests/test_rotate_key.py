"""`paylink rotate-key`, as the person who runs the bot types it."""

import httpx
import pytest
from cryptography.fernet import Fernet

from tests.process import opened_world, until


@pytest.fixture
async def world(tmp_path):
    async with opened_world(tmp_path) as made:
        made.kari = made.slack.person("kari")
        made.settings["PAYLINK_DUPLICATE_HOURS"] = "0"
        made.sales = made.slack.add_channel("sales", members=[made.kari], bot=True)
        yield made


async def issues(world, reference):
    await world.slack.command(world.kari, world.sales, "/paylink", f"249,50 91234567 Tow bar #{reference} 7d")
    await until(lambda: world.slack.modals(world.kari))
    form = world.slack.modals(world.kari)[-1]

    async def sent():
        """Where the machine is busy the form may say that it is not certain; one form makes one order."""
        if "submit" in form.content:
            await world.slack.submit(world.kari, form)
        return "submit" not in form.content

    await until(sent)
    await until(
        lambda: any(f"{reference}" in card.read() and card.buttons for card in world.sales.messages), seconds=90
    )


async def page_of(world, reference):
    address = world.dintero.session_by_reference(reference)["url"]["return_url"]
    async with httpx.AsyncClient(trust_env=False) as http:
        return (await http.get(address.replace("/thanks/", "/p/"))).text


async def test_a_key_is_rotated_away_while_the_bot_runs(world):
    old, new = world.settings["PAYLINK_SECRET_KEY"], Fernet.generate_key().decode()
    async with world.serving():
        await issues(world, "4711")
        world.settings["PAYLINK_SECRET_KEY"] = f"{new},{old}"
        code, told = await world.run("rotate-key")
        assert (code, "Restart every one of them with it first" in told) == (1, True)

    async with world.serving():
        code, told = await world.run("rotate-key")
        assert (code, told.splitlines()[-1].partition(":")[0]) == (0, "The other keys can go")
        assert "4711" in await page_of(world, "4711")

    world.settings["PAYLINK_SECRET_KEY"] = new
    async with world.serving():
        assert "4711" in await page_of(world, "4711")


async def test_without_a_database_there_is_nothing_to_rotate(world):
    code, told = await world.run("rotate-key")

    assert (code, "paylink migrate" in told) == (1, True)
    assert not world.database.exists()
