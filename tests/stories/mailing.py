"""Orders that go out by e-mail or as a code to scan, and the mail server between them and the customer."""

import contextlib
import uuid
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.domain.actions import Action
from bot.domain.drafts import Draft, DraftLine
from bot.domain.permissions import Actor, Policy, Standing
from bot.domain.redrafting import draft_of
from bot.services.issuing import Issuing, Submission
from bot.services.issuing import Shop as House
from bot.services.pressing import Press, Pressing
from sandbox.mail import Mailbox
from tests.stories import database
from tests.stories.shop import ACCOUNT, opened_shop

DAY = timedelta(days=1)
CUSTOMER = "nora.nordmann@fjord-example.no"
FROM = "Fjord Shop <pay@fjord-example.no>"
DRAFT = Draft(
    id="",
    delivery="email",
    email=CUSTOMER,
    reference="4711",
    lines=(DraftLine(line_id="1", text="Tow bar", price="249,50"),),
)


@contextlib.asynccontextmanager
async def shop_with_mail(database, **settings):
    """A shop with a mail server: yields both."""
    mailbox = Mailbox()
    async with mailbox.open() as url:
        mail = {"paylink_smtp_url": url, "paylink_mail_from": FROM, "paylink_merchant_name": "Fjord Shop"}
        async with opened_shop(database, **(mail | settings)) as shop:
            yield shop, mailbox
            assert shop.slack.complaints == []


async def house_of(shop):
    """The shop as its services know it."""
    account = shop.bot.settings.dintero_account_id
    return House(
        workspace_id=await shop.bot.store.introduce(team_id=shop.slack.team_id, account_id=account),
        team_id=shop.slack.team_id,
        account_id=account,
        currency="NOK",
        country="NO",
        zone=ZoneInfo("Europe/Oslo"),
        mails=shop.bot.settings.paylink_smtp_url is not None,
    )


def seller(shop):
    return Actor(user_id=shop.kari.id, team_id=shop.slack.team_id, standing=Standing.MEMBER)


def told(shop, house):
    """What both services are made with."""
    return {"store": shop.bot.store, "clock": shop.clock, "bell": shop.bot.bells, "shop": house, "policy": Policy()}


async def submits(shop, view_id=None, **changed):
    """Send a form with these fields, as Slack's side of the bot does; nothing works on it yet."""
    issuing = Issuing(**told(shop, await house_of(shop)), alike_within=DAY)
    draft = replace(DRAFT, id=uuid.uuid4().hex, channel=shop.sales.id, **changed)
    return await issuing.submit(Submission(draft=draft, actor=seller(shop), view_id=view_id))


async def sends_again(shop, reference="4711"):
    """*Send again…* with nothing changed, and the bot does what follows."""
    pressing = Pressing(**told(shop, await house_of(shop)), locale="nb_NO")
    async with shop.bot.store.read() as work:
        link = (await work.links_by_reference(ACCOUNT, [reference]))[reference]
        story = await work.story_of_link(link.id)
    draft = draft_of(story.order, uuid.uuid4().hex)
    await pressing.press(
        Press(action=Action.RESEND, link_id=link.id, actor=seller(shop), seen_open=0, response_url=None, draft=draft)
    )
    await shop.work()


async def issues(shop, **changed):
    """The same, and the bot does what follows."""
    await submits(shop, **changed)
    await shop.work()


async def created(shop, **changed):
    """The same, up to where Dintero has made the link and no mail has been sent."""
    await submits(shop, **changed)
    await shop.bot.running.run_once()


def states(shop):
    """Each mail's number, state and tries."""
    return database.rows(shop, "SELECT n, state, tries FROM mail ORDER BY wanted_at, n")
