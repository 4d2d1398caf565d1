"""The composition root: everything is made here, once, and handed what it needs."""

from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp
import structlog
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.types import ASGIApp

from bot import configured
from bot.dintero.client import DinteroGateway
from bot.domain.accounts import still_followed
from bot.domain.clock_skew import DINTERO, SLACK
from bot.domain.readiness import SCHEMA_PROBLEMS
from bot.domain.waiting import Waiting
from bot.doors import doors, expected_signatures, limited
from bot.following import FollowedClock
from bot.jobs import table
from bot.loops import Bells, Loop
from bot.outbound import http_client, slack_client
from bot.post_office import mailer, prefilled
from bot.rounds import Rounds
from bot.services.arranging import Arranging
from bot.services.clock_changes import ClockChanges
from bot.services.creating import Creating
from bot.services.health import Health
from bot.services.issuing import Issuing
from bot.services.looking import Looking
from bot.services.mailing import Mailing
from bot.services.moving_money import MovingMoney
from bot.services.patterns import Patterns
from bot.services.permission_check import PermissionCheck
from bot.services.ports.storage import Store
from bot.services.ports.world import Clock, Counters, LastWords
from bot.services.pressing import Pressing
from bot.services.refreshing import Refreshing
from bot.services.reminding import Reminding
from bot.services.reopening import Reopening
from bot.services.replacing import Replacing
from bot.services.running import Running
from bot.services.saved_items import SavedItems
from bot.services.sending import Permits
from bot.services.signature_checks import SignatureChecks
from bot.services.sweeping import Sweeping
from bot.services.telling import Telling
from bot.settings import Settings
from bot.shift import Shift
from bot.slack.app import Bot, bolt, introduce_bot
from bot.slack.door import SlackDoor
from bot.slack.listeners.change_form import ChangeFormListener
from bot.slack.listeners.command import CommandListener
from bot.slack.listeners.drafting import Drafting
from bot.slack.listeners.drawing import FormDrawing
from bot.slack.listeners.issue_form import IssueFormListener
from bot.slack.listeners.items import ItemsListener
from bot.slack.listeners.lines_form import LinesFormListener
from bot.slack.listeners.link_buttons import LinkButtonsListener
from bot.slack.listeners.opening import FormOpening
from bot.slack.listeners.patterns import PatternsListener
from bot.slack.listeners.preview import PreviewListener
from bot.slack.listeners.shortcuts import ShortcutsListener
from bot.slack.owned import Owned
from bot.slack.people import SlackPeople
from bot.slack.router import Router
from bot.slack.threads import SlackThreads
from bot.slack.views.blocks import Look
from bot.timekeeping import comparing, open_clock
from bot.web.access_log import AccessLog
from storage.accounts import followed_accounts
from storage.engine import open_engine, opening
from storage.fitness import why_unfit
from storage.keys import unsealed
from storage.schema import state_of, upgrade
from storage.store import SqlStore

log = structlog.get_logger()


class OldSchema(Exception):
    """The database is not at this program's schema; the message names the mend."""


@dataclass(slots=True, kw_only=True)
class Paylink:
    """The assembled bot."""

    settings: Settings
    clock: Clock
    store: Store
    gateway: DinteroGateway
    bot: Bot
    refreshing: Refreshing
    running: Running
    sweeping: Sweeping
    telling: Telling
    mailing: Mailing
    reminding: Reminding
    owned: Owned
    bells: Bells
    rounds: Rounds
    shift: Shift
    hearing: Callable[[], Coroutine[Any, Any, None]]
    """Listens for the other replicas."""
    web: ASGIApp
    counters: Counters
    signatures: SignatureChecks

    async def work(self) -> int:
        """One round of everything that waits; returns how much there was. The loops do the same, side by side."""
        return await self.rounds.once()

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Run the loops and the scheduler's ticks; at the end let what is under way come to its answer.

        `shift.rest` begins that end while requests are still answered.
        """
        beside = [self.gateway.probe(), self.hearing()]  # Dintero may be slow, and callbacks do not wait
        if isinstance(self.clock, FollowedClock):
            beside.append(self.clock.follow(self.shift.replan))
        self.shift.begin(*beside)
        try:
            yield
        finally:
            await self.shift.end()


@asynccontextmanager
async def assembled(
    settings: Settings, clock: Clock | None = None, engine: AsyncEngine | None = None
) -> AsyncIterator[Paylink]:
    """Make everything, and close it again; a clock and an engine may be brought along.

    Raises:
        OldSchema: when the database has to be migrated first.
        ThreadError: when Slack does not say who the bot is.
        ValueError: when links of another Dintero account are followed, or Slack's app is a whole organisation's.
        ValueError: when the database cannot be used.
        NoTime: when the settings name a clock that does not answer.
        ValueError: when a proxy or the certificate authorities of the environment cannot be used.

    """
    async with AsyncExitStack() as stack:
        words = LastWords()
        engine = await _database(settings, engine, stack)
        if sentence := still_followed(await followed_accounts(engine), settings.dintero_account_id):
            raise ValueError(sentence)
        clock = clock or await open_clock(settings.paylink_clock_url, engine, words.skew, stack)
        store = SqlStore(engine, await unsealed(engine, settings.secret_keys), machine_now=clock.machine_now)
        slack = await _slack_client(settings, stack, words, clock)
        http = await stack.enter_async_context(
            http_client(settings.dintero_api_url, settings.dintero_checkout_url)
        )  # fmt: skip
        gateway = DinteroGateway(
            configured.dintero_config(settings), http, monotonic=clock.monotonic, admitted=words.of("dintero"),
            dated=comparing(words.skew, DINTERO, clock),
        )  # fmt: skip
        stack.push_async_callback(gateway.aclose)
        bot = await introduce_bot(slack)
        workspace_id = await store.introduce(team_id=bot.team_id, account_id=settings.dintero_account_id)
        yield _wire(settings, clock, store, gateway, slack, bot, workspace_id, words)


async def _database(settings: Settings, engine: AsyncEngine | None, stack: AsyncExitStack) -> AsyncEngine:
    engine = engine or open_engine(settings.paylink_database_url)
    stack.push_async_callback(engine.dispose)
    with opening(engine):
        if (why := await why_unfit(engine)) is not None:
            raise ValueError(why)
        state = await state_of(engine)
        if state == "empty" and engine.dialect.name == "sqlite":
            await upgrade(engine)
            state = "current"
    if state != "current":
        raise OldSchema(SCHEMA_PROBLEMS[state])
    return engine


async def _slack_client(settings: Settings, stack: AsyncExitStack, words: LastWords, clock: Clock) -> AsyncWebClient:
    # One session for all calls: without it the SDK opens a new connection each time. No retries of its own: a
    # post that is repeated by itself is a second card.
    session = await stack.enter_async_context(aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)))
    token = settings.slack_bot_token.get_secret_value()
    return slack_client(
        token, settings.slack_api_url, session, words.of("slack"), comparing(words.skew, SLACK, clock)
    )  # fmt: skip


def _wire(
    settings: Settings,
    clock: Clock,
    store: SqlStore,
    gateway: DinteroGateway,
    slack: AsyncWebClient,
    bot: Bot,
    workspace_id: str,
    last_words: LastWords,
) -> Paylink:
    """Hand everything what it needs."""
    bells, wants, due, tells, counters, owned = Bells(), Bells(), Bells(), Bells(), Counters(), Owned()
    policy, look = configured.policy(settings), configured.look(settings, bot)
    threads, people = _threads(settings, store, slack, look), SlackPeople(slack, bot.team_id, clock.monotonic)
    shop = configured.shop(settings, bot, workspace_id, look)
    arranging = Arranging(clock=clock, zone=shop.zone, mails=shop.mails)
    refreshing = Refreshing(
        store=store, gateway=gateway, clock=clock, skew=last_words.skew, bell=tells, counters=counters,
        replacing=Replacing(clock=clock, shop=shop), arranging=arranging,
        account_id=settings.dintero_account_id,
    )  # fmt: skip
    permits, permission = Permits(store=store, clock=clock), PermissionCheck(people=people, policy=policy)
    creating = Creating(
        store=store, gateway=gateway, threads=threads, clock=clock, bell=tells, counters=counters,
        arranging=arranging, permits=permits, permission=permission,
    )  # fmt: skip
    moving = MovingMoney(
        store=store, gateway=gateway, threads=threads, permission=permission, refreshing=refreshing,
        permits=permits, clock=clock, bell=bells, counters=counters, locale=settings.paylink_locale,
    )  # fmt: skip
    running = Running(
        store=store, clock=clock, bell=bells, counters=counters, creating=creating, moving_money=moving,
        under_way=permits.under_way,
    )  # fmt: skip
    sweeping = Sweeping(
        store=store, gateway=gateway, refreshing=refreshing, clock=clock, skew=last_words.skew,
        unread=last_words.unread, counters=counters, account_id=settings.dintero_account_id,
    )  # fmt: skip
    telling = Telling(store=store, threads=threads, clock=clock, counters=counters, team_id=bot.team_id)
    mailing = Mailing(
        store=store, mailer=mailer(settings, clock.now), page=threads.page, clock=clock, zone=shop.zone, bell=tells,
        counters=counters,
    )  # fmt: skip
    reminding = Reminding(store=store, clock=clock, zone=shop.zone, bell=tells, counters=counters)
    signatures = SignatureChecks(store=store, clock=clock, expected=expected_signatures(settings))
    rounds = Rounds(
        store=store, clock=clock, running=running, sweeping=sweeping, reminding=reminding, mailing=mailing,
        telling=telling,
    )  # fmt: skip
    _hang(rounds.loops, wants=wants, due=due, tells=tells, bells=bells)
    shift = Shift(
        loops=bells.loops, jobs=table(rounds.wake, running, sweeping, mailing, reminding, signatures),
        clock_changes=ClockChanges(
            store=store, clock=clock, counters=counters, skew=last_words.skew, unwritten=last_words.unwritten
        ),
        running=running, mailing=mailing, owned=owned,
    )  # fmt: skip
    issuing = Issuing(
        store=store, clock=clock, bell=wants, shop=shop, policy=policy,
        alike_within=timedelta(hours=settings.paylink_duplicate_hours),
    )  # fmt: skip
    pressing = Pressing(store=store, clock=clock, bell=bells, policy=policy, shop=shop, locale=settings.paylink_locale)
    looking = Looking(store=store, clock=clock, bell=tells, pressing=pressing, refreshing=refreshing)
    drafts = Drafting(store=store, clock=clock, shop=shop)
    patterns = Patterns(store=store, clock=clock, shop=shop, policy=policy)
    drawing = FormDrawing(shop=shop, look=look, clock=clock, patterns=patterns, owned=owned)
    items = SavedItems(store=store, clock=clock, shop=shop, policy=policy)
    opening = FormOpening(threads=threads, people=people, owned=owned, shop=shop, drawing=drawing)
    forms, buttons = (
        IssueFormListener(
            drafts=drafts, people=people, issuing=issuing, creating=creating, threads=threads, owned=owned,
            drawing=drawing,
        ),
        LinkButtonsListener(
            store=store, clock=clock, people=people, pressing=pressing, looking=looking, threads=threads, owned=owned,
            reopening=Reopening(store=store, clock=clock), drawing=drawing,
        ),
    )  # fmt: skip
    router = Router(
        commands=CommandListener(opening=opening),
        shortcuts=ShortcutsListener(opening=opening),
        forms=forms,
        changes=ChangeFormListener(drafts=drafts, people=people, pressing=pressing, owned=owned, drawing=drawing),
        lines=LinesFormListener(
            drafts=drafts, items=items, people=people, threads=threads, owned=owned, drawing=drawing
        ),
        previews=PreviewListener(drafts=drafts, issuing=issuing, patterns=patterns, threads=threads, owned=owned),
        patterns=PatternsListener(patterns=patterns, people=people, threads=threads, owned=owned),
        items=ItemsListener(items=items, people=people, threads=threads, owned=owned),
        buttons=buttons,
        threads=threads,
        owned=owned,
    )
    routes = [
        _slack_door(settings, slack, bot, router, signatures, counters).route(),
        *doors(
            settings, clock, store, due=due, tells=tells, counters=counters, signatures=signatures,
            health=Health(
                store=store, clock=clock, counters=counters, last_words=last_words, signatures=signatures,
                stopping=shift.is_resting,
            ),
        ),
    ]  # fmt: skip
    return Paylink(
        settings=settings,
        clock=clock,
        store=store,
        gateway=gateway,
        bot=bot,
        refreshing=refreshing,
        running=running,
        sweeping=sweeping,
        telling=telling,
        mailing=mailing,
        reminding=reminding,
        owned=owned,
        bells=bells,
        rounds=rounds,
        shift=shift,
        hearing=lambda: store.listen(lambda waiting: rounds.loops[waiting].ring()),
        web=AccessLog(limited(routes), routes),
        counters=counters,
        signatures=signatures,
    )


def _hang(loops: Mapping[Waiting, Loop], *, wants: Bells, due: Bells, tells: Bells, bells: Bells) -> None:
    """Hang the bells that services were handed where they are heard."""
    wants.loops.append(loops[Waiting.OPERATIONS])
    due.loops.append(loops[Waiting.LINKS])
    tells.loops += [loops[Waiting.ORDERS], loops[Waiting.MAILS]]
    bells.loops += loops.values()


def _slack_door(
    settings: Settings, slack: AsyncWebClient, bot: Bot, router: Router, signatures: SignatureChecks, counters: Counters
) -> SlackDoor:
    app = bolt(slack, bot, settings.slack_bot_token.get_secret_value(), router)
    verifier = SignatureVerifier(settings.slack_signing_secret.get_secret_value())
    return SlackDoor(app, verifier, signatures, counters)


def _threads(settings: Settings, store: SqlStore, slack: AsyncWebClient, look: Look) -> SlackThreads:
    def page(link_id: str) -> str:
        return f"{settings.paylink_public_url}/p/{store.token(link_id)}"

    return SlackThreads(slack, look, page, prefilled(settings, page))
