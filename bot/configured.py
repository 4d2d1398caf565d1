"""What the parts of the bot are given of the settings."""

from importlib.metadata import version
from zoneinfo import ZoneInfo

from bot.dintero.config import DinteroConfig
from bot.dintero.methods import read_methods
from bot.domain.choices import Choices, read_profiles
from bot.domain.permissions import Policy
from bot.services.issuing import Shop
from bot.settings import Settings
from bot.slack.app import Bot
from bot.slack.views.blocks import Look


def dintero_config(settings: Settings) -> DinteroConfig:
    """The gateway's part of the settings."""
    return DinteroConfig(
        account_id=settings.dintero_account_id,
        client_id=settings.dintero_client_id,
        client_secret=settings.dintero_client_secret.get_secret_value(),
        profile_id=settings.dintero_profile_id,
        api_url=settings.dintero_api_url,
        checkout_url=settings.dintero_checkout_url,
        public_url=settings.paylink_public_url,
        return_url=settings.paylink_return_url,
        methods=read_methods(settings.paylink_methods or ""),
        version=version("paylink"),
    )


def choices(settings: Settings) -> Choices:
    """What a form offers beside the usual; the preset profile comes first."""
    profiles = read_profiles(settings.paylink_profiles or "")
    return Choices(
        methods=tuple(read_methods(settings.paylink_methods or "")),
        profiles=tuple(sorted(profiles, key=lambda profile: profile.id != settings.dintero_profile_id)),
        shipping=settings.shipping,
        terms=settings.paylink_terms_url or "",
    )


def policy(settings: Settings) -> Policy:
    """Who may move money, and how many messages a person may send."""
    everybody = "*" in settings.paylink_money_users
    return Policy(
        money_users=None if everybody else settings.paylink_money_users,
        messages_per_hour=settings.paylink_messages_per_hour,
        guest_messages_per_hour=settings.paylink_guest_messages_per_hour,
    )


def look(settings: Settings, bot: Bot) -> Look:
    """How amounts, times and choices are shown."""
    return Look(
        locale=settings.paylink_locale,
        timezone=settings.paylink_timezone,
        country=settings.paylink_country,
        sandbox=settings.sandbox,
        choices=choices(settings),
        workspace_url=bot.workspace_url,
        seller=settings.paylink_merchant_name or bot.workspace_name,
        mails=settings.paylink_smtp_url is not None,
    )


def shop(settings: Settings, bot: Bot, workspace_id: str, shown: Look) -> Shop:
    """What every order of this bot's has in common; `shown` is what its forms offer."""
    return Shop(
        workspace_id=workspace_id,
        team_id=bot.team_id,
        account_id=settings.dintero_account_id,
        currency=settings.paylink_currency,
        country=settings.paylink_country,
        choices=shown.choices,
        zone=ZoneInfo(settings.paylink_timezone),
        mails=shown.mails,
    )
