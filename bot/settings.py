"""All settings, read once at start."""

import os
import re
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.core import Locale, UnknownLocaleError
from phonenumbers import SUPPORTED_REGIONS
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator

from bot.addresses import LOOPBACK, WHOLE_ADDRESS, read_address, refuse_plain
from bot.dintero.methods import read_methods
from bot.domain.choices import Shipping, read_profiles, read_shipping
from bot.domain.contacts import read_contact
from bot.domain.drafts import vat_rates
from bot.domain.field_parsers import parse_terms, parse_vat
from bot.domain.money import known_currency
from bot.environment import check_secret, check_text, clean_environment
from bot.mail.config import read_sender, read_smtp_url
from bot.web.embedding import read_embedding


class BadSettings(Exception):
    """The environment cannot be used; the message names each setting, the reason and the mend."""


class Settings(BaseModel):
    """What the environment says. Secrets print as stars."""

    model_config = ConfigDict(frozen=True)

    slack_bot_token: SecretStr = Field(description="The bot user's OAuth token, `xoxb-…`.")
    slack_signing_secret: SecretStr = Field(
        description="The app's signing secret, which verifies that a request comes from Slack.",
    )
    slack_api_url: str = Field(
        default="https://slack.com/api/",
        description="Base URL of Slack's API. It must end with `/api/`.",
    )

    dintero_account_id: str = Field(
        description=(
            "`T12345678` (sandbox) or `P12345678` (production). Before you change it, run `paylink stop-following`."
        ),
    )
    dintero_client_id: str = Field(description="Client id of the Dintero API client of type Checkout.")
    dintero_client_secret: SecretStr = Field(description="Secret of that API client.")
    dintero_profile_id: str = Field(
        default="default",
        min_length=1,
        max_length=255,
        description="The payment profile used for new links.",
    )
    dintero_signature_secret: SecretStr | None = Field(
        default=None,
        description="The account's signature secret. When set, unsigned callbacks are refused.",
    )
    dintero_webhook_secret: SecretStr | None = Field(
        default=None,
        description="Secret of the webhook in Dintero. When set, the route `/dintero/webhook` exists.",
    )
    dintero_api_url: str = Field(
        default="https://api.dintero.com/v1",
        description="Base URL of Dintero's API for access tokens.",
    )
    dintero_checkout_url: str = Field(
        default="https://checkout.dintero.com/v1",
        description="Base URL of Dintero's API for sessions and transactions.",
    )

    paylink_public_url: str = Field(
        description=(
            "The bot's public address: https, or http on loopback with a local sandbox. Include a path prefix "
            "that your proxy strips."
        ),
    )
    paylink_return_url: str | None = Field(
        default=None,
        description="Where the customer goes after paying. Without it, the bot's own page.",
    )
    paylink_database_url: str = Field(
        default="sqlite+aiosqlite:///paylink.db",
        description=(
            "An SQLite file, relative to the folder that `serve` is started in, or `postgresql+asyncpg://…` "
            "for several replicas."
        ),
    )
    paylink_secret_key: SecretStr = Field(
        description=(
            "One or more keys from `paylink new-key`, newest first, separated by commas. See "
            "[Keys](operations.md#keys)."
        ),
    )
    paylink_host: str = Field(default="127.0.0.1", description="The address that the server listens on.")
    paylink_port: int = Field(default=8080, description="The port that the server listens on.")
    paylink_currency: str = Field(default="NOK", description="The currency of every link, as an ISO 4217 code.")
    paylink_country: str = Field(
        default="NO",
        description=(
            "The country whose phone numbers can be typed without a country code. It also sets the usual VAT rates."
        ),
    )
    paylink_timezone: str = Field(
        default="Europe/Oslo",
        description=(
            "The customers' time zone: in e-mails and on pages, for deadlines and reminders, and where Slack "
            "cannot show each reader's own time."
        ),
    )
    paylink_locale: str = Field(
        default="nb_NO",
        description=(
            "How amounts are written, and the language of e-mails. Customer pages use it when the browser asks "
            "for none of nb, sv, da, fi and en."
        ),
    )
    paylink_merchant_name: str | None = Field(
        default=None,
        max_length=60,
        description="The name that customers know you by. Without it, sellers use the workspace's name.",
    )
    paylink_merchant_logo_url: str | None = Field(
        default=None,
        description="A logo for the customer's pages, over https.",
    )
    paylink_merchant_colour: str | None = Field(
        default=None,
        description=(
            "The colour of the customer's pages, such as `#0a7a3c`. Text on it is black or white, whichever is "
            "readable."
        ),
    )
    paylink_contact: str | None = Field(
        default=None,
        description="A phone number or an e-mail address that customers may use.",
    )
    paylink_web_sdk: Path | None = Field(
        default=None,
        description=(
            "Path of `dintero-checkout-web-sdk.umd.min.js` from the npm package `@dintero/checkout-web-sdk`. "
            "When set, the checkout is shown in the bot's own page instead of after *Pay now*."
        ),
    )
    paylink_methods: str | None = Field(
        default=None,
        description=(
            "The payment methods that sellers can choose from, in Dintero's names: `dintero_psp.creditcard, "
            "vipps, klarna.klarna`. The payment profiles must have them. A link that only Vipps, MobilePay or "
            "Swish can pay is sent as a push."
        ),
    )
    paylink_profiles: str | None = Field(
        default=None,
        description=(
            "The payment profiles that sellers can choose from, with their names: `default=Web shop, "
            "P12345678.abc=Workshop`. `DINTERO_PROFILE_ID` is preselected and must be among them."
        ),
    )
    paylink_shipping: str | None = Field(
        default=None,
        description=(
            "Shipping options for links where the customer types an address: `Home delivery=99, Collect in "
            "shop=0`. Prices are in `PAYLINK_CURRENCY` and include the country's usual VAT."
        ),
    )
    paylink_terms_url: str | None = Field(
        default=None,
        description="Your terms of sale, over https. The payment page links to them.",
    )
    paylink_smtp_url: SecretStr | None = Field(
        default=None,
        description=(
            "The mail server: `smtp://user:password@host:587` (STARTTLS is required) or "
            "`smtps://user:password@host:465`. Without it, the seller's own mail app opens with the e-mail "
            "filled in."
        ),
    )
    paylink_mail_from: str | None = Field(
        default=None,
        description=(
            "The sender of those e-mails, such as `Shop <pay@shop.example.com>`. Set it together with "
            "`PAYLINK_SMTP_URL`."
        ),
    )
    paylink_money_users: frozenset[str] = Field(
        default=frozenset(),
        description=(
            "Slack user ids that may capture, release and refund besides the issuer, separated by commas; or "
            "`*` for all members. When set, only they can save items and set reference patterns; when empty, "
            "every member can."
        ),
    )
    paylink_messages_per_hour: int = Field(
        default=60,
        description="How many messages to customers one person can send in an hour, up to 1000. `0` means no limit.",
    )
    paylink_guest_messages_per_hour: int = Field(default=10, description="The same limit for a guest of the workspace.")
    paylink_duplicate_hours: int = Field(
        default=24,
        description=(
            "How many hours back to look for an open link with the same amount and phone number, which is "
            "shown before another one is sent. `0` turns this off."
        ),
    )
    paylink_log: Literal["text", "json"] = Field(default="text", description="The log's format: `text` or `json`.")
    paylink_clock_url: str | None = Field(
        default=None,
        description=(
            "Only with a sandbox on this computer: the URL that returns the sandbox's time, which deadlines "
            "and ages follow."
        ),
    )

    @property
    def sandbox(self) -> bool:
        """Whether the Dintero account is a sandbox account, which sends no SMS."""
        return self.dintero_account_id.startswith("T")

    @property
    def secret_keys(self) -> list[str]:
        """The keys, newest first."""
        return self.paylink_secret_key.get_secret_value().split(",")

    @property
    def shipping(self) -> tuple[Shipping, ...]:
        """The ways of shipping, at the country's usual VAT."""
        vat = parse_vat(vat_rates(self.paylink_country)[0])
        return read_shipping(self.paylink_shipping or "", currency=self.paylink_currency, vat=vat)

    @field_validator("dintero_account_id")
    @classmethod
    def _account(cls, value: str) -> str:
        if not re.fullmatch(r"[PT]\d{8}", value):
            raise ValueError("an account id is T or P and eight digits, for example T12345678")
        return value

    @field_validator("slack_bot_token")
    @classmethod
    def _bot_token(cls, value: SecretStr) -> SecretStr:
        if not re.fullmatch(r"xoxb-[\w-]*", value.get_secret_value(), re.ASCII):
            raise ValueError("this is not a bot token; copy the one that starts with xoxb- from OAuth & Permissions")
        return value

    @field_validator("slack_signing_secret", "dintero_client_secret")
    @classmethod
    def _secret(cls, value: SecretStr) -> SecretStr:
        check_secret(value.get_secret_value())
        return value

    @field_validator("paylink_secret_key")
    @classmethod
    def _keys(cls, value: SecretStr) -> SecretStr:
        from storage.secrets import Secrets  # noqa: PLC0415  imported late for its cost

        try:
            Secrets(value.get_secret_value().split(","))
        except ValueError as problem:
            raise ValueError(str(problem).removeprefix("PAYLINK_SECRET_KEY: ")) from None
        return value

    @field_validator("dintero_client_id")
    @classmethod
    def _client(cls, value: str) -> str:
        check_secret(value)
        return value

    @field_validator("paylink_host")
    @classmethod
    def _host(cls, value: str) -> str:
        if not re.fullmatch(r"[\w.:%-]{1,253}", value, re.ASCII):
            raise ValueError("write an address or a name of this computer, such as 127.0.0.1 or 0.0.0.0")
        return value

    @field_validator("slack_api_url")
    @classmethod
    def _api(cls, value: str) -> str:
        if not value.endswith("/api/"):
            raise ValueError("it must end with /api/")
        refuse_plain(value)
        return value

    @field_validator("paylink_public_url", "dintero_api_url", "dintero_checkout_url", "paylink_return_url")
    @classmethod
    def _url(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = read_address(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise ValueError(WHOLE_ADDRESS)
        refuse_plain(value)
        return value.rstrip("/")

    @field_validator("paylink_clock_url")
    @classmethod
    def _clock(cls, value: str | None) -> str | None:
        parts = read_address(value) if value is not None else None
        if parts and (parts.scheme not in {"http", "https"} or parts.hostname not in LOOPBACK):
            raise ValueError("write the address of a sandbox on this computer, such as http://127.0.0.1:9000/clock")
        if parts and (parts.query or parts.fragment):
            raise ValueError("write the address without ? or #")
        return value

    @field_validator("paylink_port", mode="before")
    @classmethod
    def _port(cls, value: Any) -> int:
        if not re.fullmatch(r"[0-9]{1,5}", str(value)) or int(value) > 65535:
            raise ValueError("write a number from 0 to 65535")
        return int(value)

    @field_validator("paylink_duplicate_hours", mode="before")
    @classmethod
    def _hours(cls, value: Any) -> int:
        if not re.fullmatch(r"[0-9]{1,3}", str(value)) or int(value) > 720:
            raise ValueError("write a number of hours from 0 to 720")
        return int(value)

    @field_validator("paylink_messages_per_hour", "paylink_guest_messages_per_hour", mode="before")
    @classmethod
    def _messages(cls, value: Any) -> int:
        if not re.fullmatch(r"[0-9]{1,4}", str(value)) or int(value) > 1000:
            raise ValueError("write a number of messages from 1 to 1000, or 0 for no limit")
        return int(value)

    @field_validator("paylink_country")
    @classmethod
    def _country(cls, value: str) -> str:
        if value not in SUPPORTED_REGIONS:
            raise ValueError("write two capital letters such as NO, SE or DK")
        return value

    @field_validator("paylink_currency")
    @classmethod
    def _currency(cls, value: str) -> str:
        if not known_currency(value):
            raise ValueError("write an ISO 4217 code that has decimals, such as NOK, SEK, DKK or EUR")
        return value

    @field_validator("paylink_timezone")
    @classmethod
    def _timezone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError("write a zone such as Europe/Oslo") from None
        return value

    @field_validator("paylink_locale")
    @classmethod
    def _locale(cls, value: str) -> str:
        try:
            Locale.parse(value)
        except (UnknownLocaleError, ValueError):
            raise ValueError("write a locale such as nb_NO, sv_SE or en_GB") from None
        return value

    @field_validator("paylink_merchant_name")
    @classmethod
    def _name(cls, value: str | None) -> str | None:
        return " ".join(value.split()) if value else None

    @field_validator("paylink_merchant_logo_url")
    @classmethod
    def _logo(cls, value: str | None) -> str | None:
        # The host becomes part of a list in a header, where some characters mean more than themselves.
        if value is not None and not re.fullmatch(r"https?://[\w.:\[\]-]+/[^\s?#]*", value, re.ASCII):
            raise ValueError("write the whole address of a picture, such as https://shop.example.com/logo.svg")
        if value is not None:
            refuse_plain(value)
        return value

    @field_validator("paylink_merchant_colour")
    @classmethod
    def _colour(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"#[0-9A-Fa-f]{6}", value):
            raise ValueError("write # and six digits from 0 to f, such as #0a7a3c")
        return value

    @field_validator("paylink_methods")
    @classmethod
    def _methods(cls, value: str | None) -> str | None:
        read_methods(value or "")
        return value

    @field_validator("paylink_profiles")
    @classmethod
    def _profiles(cls, value: str | None) -> str | None:
        read_profiles(value or "")
        return value

    @field_validator("paylink_terms_url")
    @classmethod
    def _terms(cls, value: str | None) -> str | None:
        try:
            return parse_terms(value or "") or None
        except ValueError:
            raise ValueError("write a whole https address, such as https://shop.example.com/terms") from None

    @field_validator("paylink_smtp_url")
    @classmethod
    def _smtp(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            read_smtp_url(value.get_secret_value())
        return value

    @field_validator("paylink_mail_from")
    @classmethod
    def _mail_from(cls, value: str | None) -> str | None:
        if value is not None:
            read_sender(value)
        return value

    @field_validator("paylink_money_users", mode="before")
    @classmethod
    def _ids(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        ids = frozenset(part.strip() for part in value.split(",") if part.strip())
        wrong = sorted(one for one in ids if one != "*" and not re.fullmatch(r"[UW][A-Z0-9]+", one))
        if wrong:
            raise ValueError("write Slack user ids such as U012ABCDE, separated by commas, or * for everybody")
        return ids

    @field_validator("*", mode="before")  # the last one in the class is the first to run
    @classmethod
    def _text(cls, value: Any) -> Any:
        if isinstance(value, str):
            check_text(value)
        return value

    @model_validator(mode="after")
    def _somebody_can_be_asked(self) -> "Settings":
        if self.paylink_contact is not None:
            try:
                read_contact(self.paylink_contact, self.paylink_country)
            except ValueError as error:
                raise ValueError(f"PAYLINK_CONTACT: {error}") from None
        return self

    @model_validator(mode="after")
    def _sdk_can_be_served(self) -> "Settings":
        if self.paylink_web_sdk is not None:
            try:
                read_embedding(self.paylink_web_sdk, self.dintero_checkout_url)
            except ValueError as error:
                raise ValueError(f"PAYLINK_WEB_SDK: {error}") from None
        return self

    @model_validator(mode="after")
    def _shipping_has_prices(self) -> "Settings":
        try:
            _ = self.shipping
        except ValueError as error:
            raise ValueError(f"PAYLINK_SHIPPING: {error}") from None
        return self

    @model_validator(mode="after")
    def _preset_profile_is_named(self) -> "Settings":
        named = {profile.id for profile in read_profiles(self.paylink_profiles or "")}
        if named and self.dintero_profile_id not in named:
            raise ValueError(
                "PAYLINK_PROFILES: the profile of DINTERO_PROFILE_ID is preset and is not among them; name it as well"
            )
        return self

    @model_validator(mode="after")
    def _mails_go_somewhere_from_somebody(self) -> "Settings":
        if (self.paylink_smtp_url is None) != (self.paylink_mail_from is None):
            raise ValueError(
                "PAYLINK_SMTP_URL, PAYLINK_MAIL_FROM: one is set and one is not; set both to send mails, or neither"
            )
        return self

    @model_validator(mode="after")
    def _public_url_fits(self) -> "Settings":
        public = urlsplit(self.paylink_public_url)
        dintero = urlsplit(self.dintero_checkout_url)
        if public.hostname in LOOPBACK and dintero.hostname not in LOOPBACK:
            raise ValueError("PAYLINK_PUBLIC_URL: Dintero cannot reach this computer; write its public https address")
        return self

    @model_validator(mode="after")
    def _one_dintero(self) -> "Settings":
        hosts = (urlsplit(url).hostname for url in (self.dintero_api_url, self.dintero_checkout_url))
        if len({host in LOOPBACK for host in hosts}) > 1:
            raise ValueError(
                "DINTERO_API_URL, DINTERO_CHECKOUT_URL: one is on this computer and one is not; set both or neither"
            )
        return self

    @model_validator(mode="after")
    def _only_a_sandbox_tells_the_time(self) -> "Settings":
        here = urlsplit(self.dintero_checkout_url).hostname in LOOPBACK
        if self.paylink_clock_url is not None and not (self.sandbox and here):
            raise ValueError(
                "PAYLINK_CLOCK_URL: only a sandbox on this computer may tell the time. Remove it, or set "
                "DINTERO_ACCOUNT_ID to a T account and DINTERO_API_URL and DINTERO_CHECKOUT_URL to this computer"
            )
        return self


def read_settings() -> Settings:
    """The settings of the environment.

    Raises:
        BadSettings: naming every setting that is missing, unknown or wrong, and the mend; never a secret's value.

    """
    found, unknown = clean_environment(os.environ, known=Settings.model_fields)
    problems = [f"{name}: no such setting. Check the spelling, or remove it." for name in unknown]
    try:
        settings = Settings(**found)
    except ValidationError as error:
        problems += [_problem(detail) for detail in error.errors(include_input=False, include_url=False)]
    if problems:
        raise BadSettings("\n".join(problems))
    return settings


def _problem(detail: Any) -> str:
    name = str(detail["loc"][0]).upper() if detail["loc"] else ""
    if detail["type"] == "missing":
        return f"{name}: missing. docs/setup.md says where to find it."
    reason = str(detail["msg"]).removeprefix("Value error, ").rstrip(".")
    return f"{name}: {reason}." if name else f"{reason}."
