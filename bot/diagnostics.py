"""`paylink check`: every connection tried once, with the mend for what is wrong."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import aiohttp
import httpx
from slack_sdk.web.async_client import AsyncWebClient

from bot.app import dintero_config
from bot.dintero.client import DinteroGateway
from bot.domain.errors import GatewayError, MailNotSent, MailRefused
from bot.following import NoTime, followed
from bot.mail.smtp import SmtpMailer
from bot.post_office import mailer
from bot.services.ports.threads import SlackDown, ThreadError, Throttled
from bot.settings import Settings
from bot.slack.calls import calling
from storage.engine import file_to_make, open_engine, opening
from storage.schema import state_of
from storage.secrets import Secrets

NEEDED_SCOPES = frozenset({"commands", "chat:write", "im:write", "users:read"})

_NO_ANSWER: Final = re.compile(r"(Error|Timeout|408|429|5\d\d)$")
"""What the gateway calls it when Dintero cannot be reached or is ill: an exception's kind, or a status."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was tried; `well` is None when nobody can say."""

    about: str
    well: bool | None
    words: str


async def check(settings: Settings) -> list[Finding]:
    """Try every connection that the settings name, and ask the bot that serves what it has noticed."""
    clock = [await _clock(settings.paylink_clock_url)] if settings.paylink_clock_url else []
    mail = [await _mail(settings)] if settings.paylink_smtp_url else []
    return [
        _key(settings),
        await _database(settings),
        await _slack(settings),
        await _dintero(settings),
        *clock,
        *mail,
        await _callbacks(settings),
    ]


def _key(settings: Settings) -> Finding:
    try:
        Secrets(settings.secret_keys)
    except ValueError as problem:
        words = str(problem).removeprefix("PAYLINK_SECRET_KEY: ")
        return Finding("PAYLINK_SECRET_KEY", well=False, words=words)
    return Finding("PAYLINK_SECRET_KEY", well=True, words="usable")


async def _database(settings: Settings) -> Finding:
    try:
        engine = open_engine(settings.paylink_database_url)
        with opening(engine):
            state = "empty" if file_to_make(engine) else await state_of(engine)
        await engine.dispose()
    except ValueError as problem:
        return Finding("database", well=False, words=str(problem))
    if state == "current" or (state == "empty" and engine.dialect.name == "sqlite"):
        return Finding("database", well=True, words="ready" if state == "current" else "empty; serve creates it")
    return Finding("database", well=False, words=f"its schema is {state}. Run: paylink migrate")


async def _slack(settings: Settings) -> Finding:
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(
            token=settings.slack_bot_token.get_secret_value(),
            base_url=settings.slack_api_url,
            session=session,
            retry_handlers=[],
        )
        try:
            answer = await calling(client.auth_test())
        except ThreadError as problem:
            return Finding("Slack", well=False, words=slack_trouble(problem, settings))
    granted = {scope.strip() for scope in str(answer.headers.get("x-oauth-scopes", "")).split(",") if scope.strip()}
    missing = sorted(NEEDED_SCOPES - granted) if granted else []
    if missing:
        words = f"scopes missing: {', '.join(missing)}. Update the app from manifest.yml and reinstall it."
        return Finding("Slack", well=False, words=words)
    return Finding("Slack", well=True, words=f"team {answer['team_id']}")


def slack_trouble(problem: ThreadError, settings: Settings) -> str:
    """Why Slack does not say who the bot is, and the mend."""
    if isinstance(problem, SlackDown) and not problem.why:
        return f"Slack does not answer at {settings.slack_api_url}. Check the network and SLACK_API_URL."
    if isinstance(problem, Throttled):
        return f"Slack asks to wait {problem} seconds. Try again then."
    return f"{problem}. Check SLACK_BOT_TOKEN and reinstall the app."


async def _dintero(settings: Settings) -> Finding:
    async with httpx.AsyncClient() as http:
        gateway = DinteroGateway(dintero_config(settings), http)
        try:
            await gateway.payments(reference="paylink-check")
            searching = await gateway.probe()
        except GatewayError as problem:
            return Finding("Dintero", well=False, words=_dintero_trouble(problem, settings))
        finally:
            await gateway.aclose()
    found = "sessions searched" if searching else "this account cannot search sessions, and the bot does without"
    return Finding("Dintero", well=True, words=f"payments can be read{', and ' if searching else '; '}{found}")


def _dintero_trouble(problem: GatewayError, settings: Settings) -> str:
    reason = str(problem) or type(problem).__name__
    if _NO_ANSWER.search(reason):
        urls = dict.fromkeys((settings.dintero_api_url, settings.dintero_checkout_url))
        mend = "Check the network, DINTERO_API_URL and DINTERO_CHECKOUT_URL."
        return f"Dintero does not answer at {' and '.join(urls)} ({reason}). {mend}"
    return f"{reason}. Check DINTERO_ACCOUNT_ID, DINTERO_CLIENT_ID and DINTERO_CLIENT_SECRET."


async def _clock(url: str) -> Finding:
    about = "PAYLINK_CLOCK_URL"
    try:
        async with followed(url) as clock:
            return Finding(about, well=True, words=f"the sandbox's time is {clock.now():%Y-%m-%d %H:%M} UTC")
    except NoTime as problem:
        return Finding(about, well=False, words=str(problem).removeprefix(f"{about}: "))


async def _mail(settings: Settings) -> Finding:
    about, post = "PAYLINK_SMTP_URL", mailer(settings, lambda: datetime.now(UTC))
    try:
        if isinstance(post, SmtpMailer):
            await post.check()
    except MailRefused as refusal:
        return Finding(about, well=False, words=refusal.sentence)
    except MailNotSent as problem:
        words = f"the mail server does not answer ({problem}). Check the network and the address."
        return Finding(about, well=False, words=words)
    return Finding(about, well=True, words="the mail server lets Paylink in; no mail was sent")


async def _callbacks(settings: Settings) -> Finding:
    """Ask the bot that serves at the public address how many callbacks it had to refuse."""
    about = "PAYLINK_PUBLIC_URL"
    async with httpx.AsyncClient(timeout=5) as http:
        try:
            counts = (await http.get(f"{settings.paylink_public_url}/health/ready")).json().get("counts", {})
        except (httpx.HTTPError, ValueError, AttributeError):
            words = "no bot answers there. If paylink serve is running, look at the proxy; otherwise start it."
            return Finding(about, well=None, words=words)
    refused = counts.get("unsigned_callbacks", 0)
    if refused:
        words = f"{refused} callback{'s' * (refused != 1)} came without Dintero's signature or with a wrong one. "
        mend = "Compare DINTERO_SIGNATURE_SECRET with the account's, and this address with what your proxy is given."
        return Finding(about, well=False, words=words + mend)
    return Finding(about, well=True, words="the bot answers there, and refused no callback")
