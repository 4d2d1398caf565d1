"""A shop as commit a217556 left it: its rows, and what Slack showed and Dintero knew at that moment.

`written_by_a217556.json` was written by that commit, with the test in `written_by_a217556.writer.txt`, and is never
written again. `{bot}` and `{world}` stand for the
addresses of the bot and of the sandbox.
"""

import contextlib
import json
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import JSON, Boolean, DateTime, MetaData, insert, make_url

from sandbox.dintero.payments import Order
from sandbox.mail import Mailbox
from sandbox.slack.model import Channel, Message, Person, View
from storage.engine import open_engine
from storage.schema import upgrade
from tests.databases import empty_database
from tests.storage.conftest import brought_to
from tests.stories.mailing import FROM
from tests.stories.shop import opened_shop

FILE = Path(__file__).parent / "written_by_a217556.json"
REVISION = "0009"


@contextlib.asynccontextmanager
async def shop_of_before(database, folder):
    """Yields the shop with its database brought up to date, and the mail server; nothing has been done yet."""
    mailbox = Mailbox()
    async with mailbox.open() as url, empty_database(make_url(database).get_backend_name(), folder) as old:
        key = json.loads(FILE.read_text())["key"]
        settings = {"paylink_smtp_url": url, "paylink_mail_from": FROM, "paylink_merchant_name": "Fjord Shop"}
        async with opened_shop(database, paylink_secret_key=key, **settings) as shop:
            left = _left(shop)
            await shop.stop()
            await _write_rows(old, left["rows"])
            shop.clock.at = datetime.fromisoformat(left["at"])
            _fill_dintero(shop.dintero, left["dintero"])
            _fill_slack(shop, left["slack"])
            shop.settings["paylink_database_url"] = old
            await shop.start()
            yield shop, mailbox
            await shop.stop()
            await shop.start(paylink_database_url=database)
            assert shop.slack.complaints == []


def form(shop, name):
    """Open a form on its person's screen as it was."""
    [one] = [each for each in _left(shop)["slack"]["forms"] if each["name"] == name]
    payload = one["view"]
    person = next(each for each in shop.people.values() if each.id == one["person"])
    content = {key: payload[key] for key in _CONTENT if payload.get(key)}
    slack = shop.slack
    view = View(payload["id"], person, content, payload["hash"], payload["id"], None, slack.names, slack.team_id)
    view.show(content, payload["hash"])
    slack.views[view.id] = view
    return view


_CONTENT = ("type", "callback_id", "title", "submit", "close", "private_metadata", "notify_on_close", "blocks")


def card(shop, reference):
    """The card of an order."""
    [found] = [one for one in shop.cards if reference in one.text.split(" · ")]
    return found


def line(shop, reference):
    """The line under the card that has buttons."""
    [found] = [one for one in shop.sales.thread(card(shop, reference).ts) if one.buttons]
    return found


def _left(shop):
    world = shop.slack.base_url.removesuffix("/slack")
    return json.loads(FILE.read_text().replace("{bot}", shop.url).replace("{world}", world))


async def _write_rows(url, rows):
    engine = open_engine(url)
    await brought_to(engine, REVISION)
    async with engine.begin() as connection:
        then = MetaData()
        await connection.run_sync(then.reflect)
        for table in then.sorted_tables:
            if rows.get(table.name) and table.name != "alembic_version":
                await connection.execute(insert(table), [_read(table, row) for row in rows[table.name]])
    await upgrade(engine)
    await engine.dispose()


def _read(table, row):
    return {name: _value(table.c[name].type, value) for name, value in row.items()}


def _value(kind, value):
    """As every driver takes it: SQLite kept times and JSON as text, and yes as 1."""
    match kind, value:
        case _, None:
            return None
        case DateTime(), _:
            return datetime.fromisoformat(value).replace(tzinfo=UTC)
        case JSON(), _:
            return json.loads(value)
        case Boolean(), _:
            return bool(value)
    return value


def _fill_dintero(dintero, left):
    dintero.sessions |= {one["id"]: one for one in left["sessions"]}
    dintero.transactions |= {one["id"]: one for one in left["transactions"]}
    dintero.pending += [
        (dintero.transactions[transaction["id"]], Order(**order | {"items": tuple(order["items"])}))
        for transaction, order in left["pending"]
    ]


def _fill_slack(shop, left):
    slack = shop.slack
    people = [Person(**one) for one in left["people"]]
    slack.people |= {one.id: one for one in people}
    shop.people |= {one.name: one for one in people}
    for one in left["channels"]:
        channel = slack.channels[one["id"]] = Channel(
            one["id"], one["name"], one["kind"], set(one["members"]), one["bot"]
        )
        channel.posted += [_message(channel, each, slack.names) for each in one["messages"]]
        slack._last_ts = max(slack._last_ts, *(int(each.ts.replace(".", "")) for each in channel.posted))


def _message(channel, left, names):
    return Message(
        channel.id,
        left["ts"],
        left["text"],
        left["blocks"],
        names,
        user=left["user"],
        thread_ts=left.get("thread_ts"),
        metadata=left.get("metadata"),
        broadcast=left["broadcast"],
    )
