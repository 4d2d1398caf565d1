"""`paylink check`: every connection tried once, with the mend for what is wrong."""

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

import aiohttp
import httpx

from bot.clock import DatabaseClock, SystemClock
from bot.configured import dintero_config
from bot.dintero.answers import NOT_DINTEROS
from bot.dintero.client import DinteroGateway
from bot.dintero.wire import Dated
from bot.domain.clock_skew import DINTERO, SLACK, ClockSkew, differences
from bot.domain.connection_errors import causes, connection_failure
from bot.domain.errors import GatewayError, MailNotSent, MailRefused
from bot.domain.readiness import SCHEMA_PROBLEMS
from bot.finding import Finding
from bot.following import NoTime, followed
from bot.mail.smtp import SmtpMailer
from bot.outbound import http_client, proxy_for, slack_client
from bot.post_office import mailer
from bot.running_bot import ask_running_bot, other_accounts
from bot.services.ports.threads import SlackDown, ThreadError, Throttled
from bot.services.ports.world import Clock
from bot.settings import Settings
from bot.slack.app import ORGANISATION
from bot.slack.calls import calling, status_of
from bot.timekeeping import comparing
from storage.engine import disposed, file_to_make, open_engine, opening
from storage.fitness import why_unfit
from storage.pooling import POOLED, pools_transactions
from storage.schema import state_of
from storage.server_time import has_clock, server_time

NEEDED_SCOPES = frozenset({"commands", "chat:write", "im:write", "users:read"})


async def check(settings: Settings) -> list[Finding]:
    """Try every connection that the settings name, and ask the bot that serves what it has noticed."""
    skew = ClockSkew()
    clock, followed_clock = await _clock(settings.paylink_clock_url)
    mail = [await _mail(settings)] if settings.paylink_smtp_url else []
    return [
        Finding("PAYLINK_SECRET_KEY", well=True, words="usable"),  # or the settings would have been refused
        await _database(settings, skew),
        await _slack(settings, comparing(skew, SLACK, clock)),
        await _dintero(settings, comparing(skew, DINTERO, clock)),
        *followed_clock,
        _compared(skew),
        *mail,
        *await other_accounts(settings),
        *await ask_running_bot(settings, _why_unreachable),
    ]


def as_json(findings: Sequence[Finding]) -> str:
    """For machines: whether all is well, and each finding with its result, `ok`, `failed` or `unknown`."""
    results = {True: "ok", False: "failed", None: "unknown"}
    checks = [{"name": one.about, "result": results[one.well], "message": one.words} for one in findings]
    return json.dumps({"ok": all(one.well is not False for one in findings), "checks": checks}, ensure_ascii=False)


async def _database(settings: Settings, skew: ClockSkew) -> Finding:
    try:
        async with disposed(open_engine(settings.paylink_database_url)) as engine:
            with opening(engine):
                pooled = await pools_transactions(engine)
                unfit = await why_unfit(engine)
                state = "empty" if file_to_make(engine) else await state_of(engine)
                if has_clock(engine):
                    await DatabaseClock(partial(server_time, engine), skew).read()
    except ValueError as problem:
        return Finding("database", well=False, words=str(problem))
    if pooled or unfit:
        return Finding("database", well=False, words=POOLED if pooled else str(unfit))
    if state == "current" or (state == "empty" and engine.dialect.name == "sqlite"):
        return Finding("database", well=True, words="ready" if state == "current" else "empty; serve creates it")
    return Finding("database", well=False, words=SCHEMA_PROBLEMS[state])


async def _slack(settings: Settings, dated: Dated) -> Finding:
    token, url = settings.slack_bot_token.get_secret_value(), settings.slack_api_url
    async with aiohttp.ClientSession() as session:
        try:
            client = slack_client(token, url, session, dated=dated)
            answer = await calling(client.auth_test())
        except ValueError as problem:
            return Finding("Slack", well=False, words=str(problem))
        except ThreadError as problem:
            return Finding("Slack", well=False, words=slack_trouble(problem, settings))
    if answer.get("is_enterprise_install"):
        return Finding("Slack", well=False, words=ORGANISATION.removeprefix("SLACK_BOT_TOKEN: "))
    granted = {scope.strip() for scope in str(answer.headers.get("x-oauth-scopes", "")).split(",") if scope.strip()}
    missing = sorted(NEEDED_SCOPES - granted) if granted else []
    if missing:
        words = f"scopes missing: {', '.join(missing)}. Update the app from manifest.yml and reinstall it."
        return Finding("Slack", well=False, words=words)
    return Finding("Slack", well=True, words=f"team {answer.get('team_id')}")


def slack_trouble(problem: ThreadError, settings: Settings) -> str:
    """Why Slack does not say who the bot is, and the mend."""
    url = settings.slack_api_url
    status = next((status for one in causes(problem) if (status := status_of(one)) is not None), None)
    if isinstance(problem, Throttled):
        return f"Slack asks to wait {problem} seconds. Try again then."
    if (why := _why_unreachable(problem)) is not None:
        return f"Slack does not answer at {url}{_through(url)}: {why}. Check the network and SLACK_API_URL."
    if status is not None and status >= 500:
        return f"Slack is out of order at {url} (HTTP {status}). Try again in a moment."
    if status is not None or (isinstance(problem, SlackDown) and not problem.why):
        return _another_server("Slack", url, "SLACK_API_URL", f"HTTP {status or 200}")
    return f"{problem}. Check SLACK_BOT_TOKEN and reinstall the app."


async def _dintero(settings: Settings, dated: Dated) -> Finding:
    url, setting = settings.dintero_api_url, "DINTERO_API_URL"
    try:
        async with http_client(settings.dintero_api_url, settings.dintero_checkout_url) as http:
            gateway = DinteroGateway(dintero_config(settings), http, dated=dated)
            try:
                await gateway.sign_in()
                url, setting = settings.dintero_checkout_url, "DINTERO_CHECKOUT_URL"
                await gateway.payments(reference="paylink-check")
                searching = await gateway.probe()
            finally:
                await gateway.aclose()
    except GatewayError as problem:
        return Finding("Dintero", well=False, words=_dintero_trouble(problem, url, setting))
    except ValueError as problem:
        return Finding("Dintero", well=False, words=str(problem))
    found = "sessions searched" if searching else "this account cannot search sessions, and the bot does without"
    return Finding("Dintero", well=True, words=f"payments can be read{', and ' if searching else '; '}{found}")


def _dintero_trouble(problem: GatewayError, url: str, setting: str) -> str:
    reason = str(problem) or type(problem).__name__
    if (why := _why_unreachable(problem)) is not None:
        return f"Dintero does not answer at {url}{_through(url)}: {why}. Check the network and {setting}."
    if NOT_DINTEROS in reason:
        return _another_server("Dintero", url, setting, reason)
    if re.fullmatch(r"408|429|5\d\d|\w+Error|unreadable .*", reason):
        return f"Dintero is out of order at {url} ({reason}). Try again in a moment."
    return f"{reason}. Check {setting}, DINTERO_ACCOUNT_ID, DINTERO_CLIENT_ID and DINTERO_CLIENT_SECRET."


def _why_unreachable(problem: BaseException) -> str | None:
    for one in causes(problem):
        if isinstance(one, aiohttp.ClientHttpProxyError | httpx.ProxyError):
            return "the proxy refuses to connect there; its own log says why"
        if isinstance(one, aiohttp.ServerDisconnectedError | httpx.RemoteProtocolError | httpx.ReadError):
            return "the connection was closed before an answer came"
    return connection_failure(problem)


def _through(url: str) -> str:
    return " (through the proxy that the environment names)" if proxy_for(url) else ""


def _another_server(name: str, url: str, setting: str, reason: str) -> str:
    where = f"Check {setting}, and whether a proxy or a login page answers in its place."
    return f"what answers at {url} is not {name}'s API ({reason.removesuffix(f', {NOT_DINTEROS}')}). {where}"


async def _clock(url: str | None) -> tuple[Clock, list[Finding]]:
    """The clock that the bot would have, and how it was to read it where it is the sandbox's."""
    about = "PAYLINK_CLOCK_URL"
    if url is None:
        return SystemClock(), []
    try:
        async with followed(url) as clock:
            words = f"the sandbox's time is {clock.now():%Y-%m-%d %H:%M} UTC"
            return clock, [Finding(about, well=True, words=words)]
    except NoTime as problem:
        return SystemClock(), [Finding(about, well=False, words=str(problem).removeprefix(f"{about}: "))]


def _compared(skew: ClockSkew) -> Finding:
    """Whether this computer's clock is right: Slack's requests are refused when it is five minutes off."""
    wrong, compared = differences(skew.known()), " and ".join(f"{whom}'s" for whom in skew.known())
    if wrong:
        return Finding("clock", well=False, words=" ".join(wrong))
    if not compared:
        return Finding("clock", well=None, words="nothing answered that says what time it is.")
    return Finding("clock", well=True, words=f"agrees with {compared}")


async def _mail(settings: Settings) -> Finding:
    about = "PAYLINK_SMTP_URL"
    try:
        post = mailer(settings, lambda: datetime.now(UTC))
        if isinstance(post, SmtpMailer):
            await post.check()
    except MailRefused as refusal:
        return Finding(about, well=False, words=refusal.sentence)
    except MailNotSent as problem:
        mend = "Check the network and the address; the authority of a certificate of your own goes into SSL_CERT_FILE."
        return Finding(about, well=False, words=f"the mail server takes no mail: {problem}. {mend}")
    except ValueError as problem:
        return Finding(about, well=False, words=str(problem))
    return Finding(about, well=True, words="the mail server lets Paylink in; no mail was sent")
