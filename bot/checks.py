"""`paylink check`: every connection tried once, with the mend for what is wrong."""

from dataclasses import dataclass

import aiohttp
import httpx
from slack_sdk.web.async_client import AsyncWebClient

from bot.app import dintero_config
from bot.dintero.client import DinteroGateway
from bot.domain.errors import GatewayError
from bot.services.ports.threads import ThreadError
from bot.settings import Settings
from bot.slack.calls import calling
from storage.engine import open_engine
from storage.schema import state_of
from storage.secrets import Secrets

NEEDED_SCOPES = frozenset({"commands", "chat:write", "im:write", "users:read"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was tried."""

    about: str
    well: bool
    words: str


async def check(settings: Settings) -> list[Finding]:
    """Try key, database, Slack, Dintero, and what the bot that serves has noticed."""
    return [
        _key(settings),
        await _database(settings),
        await _slack(settings),
        await _dintero(settings),
        await _callbacks(settings),
    ]


def _key(settings: Settings) -> Finding:
    try:
        Secrets(settings.paylink_secret_key.get_secret_value().split(","))
    except ValueError as problem:
        return Finding("PAYLINK_SECRET_KEY", well=False, words=str(problem))
    return Finding("PAYLINK_SECRET_KEY", well=True, words="usable")


async def _database(settings: Settings) -> Finding:
    try:
        engine = open_engine(settings.paylink_database_url)
    except ValueError as problem:
        return Finding("database", well=False, words=str(problem))
    try:
        state = await state_of(engine)
    except Exception as problem:  # noqa: BLE001  whatever a driver raises, the person needs its kind
        return Finding("database", well=False, words=f"cannot be opened ({type(problem).__name__})")
    finally:
        await engine.dispose()
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
            return Finding("Slack", well=False, words=f"{problem}. Check SLACK_BOT_TOKEN and reinstall the app.")
    granted = {scope.strip() for scope in str(answer.headers.get("x-oauth-scopes", "")).split(",") if scope.strip()}
    missing = sorted(NEEDED_SCOPES - granted) if granted else []
    if missing:
        words = f"scopes missing: {', '.join(missing)}. Update the app from manifest.yml and reinstall it."
        return Finding("Slack", well=False, words=words)
    return Finding("Slack", well=True, words=f"team {answer['team_id']}")


async def _dintero(settings: Settings) -> Finding:
    async with httpx.AsyncClient() as http:
        gateway = DinteroGateway(dintero_config(settings), http)
        try:
            await gateway.payments(reference="paylink-check")
            searching = await gateway.probe()
        except GatewayError as problem:
            words = f"{problem}. Check DINTERO_ACCOUNT_ID, DINTERO_CLIENT_ID and DINTERO_CLIENT_SECRET."
            return Finding("Dintero", well=False, words=words)
        finally:
            await gateway.aclose()
    found = "and" if searching else "but not"
    return Finding("Dintero", well=True, words=f"payments can be read, {found} sessions searched")


async def _callbacks(settings: Settings) -> Finding:
    """Ask the bot that serves at the public address how many callbacks it had to refuse."""
    about = "PAYLINK_PUBLIC_URL"
    async with httpx.AsyncClient(timeout=5) as http:
        try:
            counts = (await http.get(f"{settings.paylink_public_url}/health/ready")).json().get("counts", {})
        except (httpx.HTTPError, ValueError, AttributeError):
            return Finding(about, well=True, words="no bot answers there yet; start it with: paylink serve")
    refused = counts.get("unsigned_callbacks", 0)
    if refused:
        words = f"{refused} callback{'s' * (refused != 1)} came without Dintero's signature or with a wrong one. "
        mend = "Compare DINTERO_SIGNATURE_SECRET with the account's, and this address with what your proxy is given."
        return Finding(about, well=False, words=words + mend)
    return Finding(about, well=True, words="the bot answers there, and refused no callback")
