"""Where Dintero knocks, customers look, and whoever watches the bot asks how it is."""

from typing import Final
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp

from bot.dintero.signature import Good, check_callback, check_webhook
from bot.domain.signatures import Refusal, Sender
from bot.domain.wording import spoken
from bot.loops import Bells
from bot.post_office import merchant
from bot.services.arriving import Arriving
from bot.services.health import Health
from bot.services.ports.storage import Store
from bot.services.ports.world import Clock, Counters
from bot.services.signature_checks import SignatureChecks
from bot.services.visiting import Visiting
from bot.settings import Settings
from bot.web.body_limit import BodyLimit
from bot.web.drawing import Drawing
from bot.web.embedding import read_embedding
from bot.web.guesses import Guesses
from bot.web.headers import QuietHeaders
from bot.web.health import HealthRoutes
from bot.web.knocks import CallbackSeal, Knocks, WebhookSeal
from bot.web.pages import CustomerPages
from bot.web.pictures import Pictures

_CALLBACK_BODY: Final = 256 * 1024
_SLACK_BODY: Final = 1024 * 1024


def doors(
    settings: Settings,
    clock: Clock,
    store: Store,
    *,
    due: Bells,
    tells: Bells,
    counters: Counters,
    signatures: SignatureChecks,
    health: Health,
) -> list[Route]:
    """The routes; `due` rings when a link should be read, `tells` when Slack has something to hear.

    A guess at one door counts at the other.
    """
    arriving, guesses = Arriving(store=store, clock=clock, bell=due, account_id=settings.dintero_account_id), Guesses()
    knocks = Knocks(
        arriving=arriving,
        counters=counters,
        signatures=signatures,
        callback_seal=_callback_seal(settings, clock),
        webhook_seal=_webhook_seal(settings),
        guesses=guesses,
    )
    pages = CustomerPages(
        visiting=Visiting(store=store, clock=clock, bell=tells),
        arriving=arriving,
        drawing=_drawing(settings),
        guesses=guesses,
    )
    pictures = Pictures(
        arriving=arriving, guesses=guesses, page=lambda token: f"{settings.paylink_public_url}/p/{token}"
    )
    return [*knocks.routes(), *pages.routes(), *pictures.routes(), *HealthRoutes(health).routes()]


def limited(routes: list[Route]) -> ASGIApp:
    """The application of these routes, which reads no body beyond its limit."""
    app = Starlette(routes=routes)
    app.router.redirect_slashes = False  # it would send people to whatever host the request names
    return QuietHeaders(BodyLimit(app, _CALLBACK_BODY, {"/slack/events": _SLACK_BODY}))


def _drawing(settings: Settings) -> Drawing:
    zone, language = ZoneInfo(settings.paylink_timezone), spoken(settings.paylink_locale)
    sdk = settings.paylink_web_sdk
    embedding = read_embedding(sdk, settings.dintero_checkout_url) if sdk else None
    return Drawing(merchant=merchant(settings), zone=zone, language=language, embedding=embedding)


def _callback_seal(settings: Settings, clock: Clock) -> CallbackSeal | None:
    secret = settings.dintero_signature_secret
    if secret is None:
        return None
    key = secret.get_secret_value()

    def refused(method: str, path: str, query: str, header: str | None) -> Refusal | None:
        # Verified over the address the world knows, whatever a proxy makes of it (Dintero reference §9.1). A right
        # signature that is old is a retry: still a good hint.
        verdict = check_callback(
            header,
            secret=key,
            account_id=settings.dintero_account_id,
            method=method,
            url=f"{settings.paylink_public_url}{path}",
            query=query,
            now=clock.now(),
        )
        if isinstance(verdict, Good):
            return None
        return Refusal.MISSING if verdict.why == "missing" else Refusal.WRONG

    return refused


def _webhook_seal(settings: Settings) -> WebhookSeal | None:
    secret = settings.dintero_webhook_secret
    if secret is None:
        return None
    key = secret.get_secret_value()

    def refused(body: bytes, header: str | None) -> Refusal | None:
        if check_webhook(body, header, secret=key):
            return None
        return Refusal.WRONG if header else Refusal.MISSING

    return refused


def expected_signatures(settings: Settings) -> frozenset[Sender]:
    """Whose requests are refused unless they are signed."""
    secrets = {
        Sender.SLACK: settings.slack_signing_secret,
        Sender.CALLBACK: settings.dintero_signature_secret,
        Sender.WEBHOOK: settings.dintero_webhook_secret,
    }
    return frozenset(sender for sender, secret in secrets.items() if secret is not None)
