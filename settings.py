"""The only reader of the environment.

Every other module receives its settings as arguments or calls `load()`. Names are documented in docs/operations.md;
a test compares the two.
"""

import sys
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

import exit_codes
from documents.logo import read_logo
from schemas.refusals import refusals
from setting_values import (
    LIVE_KEY_PREFIXES,
    BaseUrl,
    BrokerUrl,
    CallsPerSecond,
    Count,
    DatabaseUrl,
    Host,
    HostName,
    InvitationPage,
    Login,
    Mailbox,
    MasterKeyList,
    Origin,
    PayPalKey,
    PayPalMerchantId,
    PayPalWebhookId,
    Port,
    RequestsPerMinute,
    ResendKey,
    RootUrl,
    SellerName,
    SellerTaxId,
    SellerText,
    StripeKey,
    SvixSecret,
    TokenSecret,
    TokenWord,
    TrustFile,
    WebhookSecret,
    WebPage,
    absolute,
)

SANDBOX_STRIPE_KEY = "sk_test_sandbox"
SANDBOX_WEBHOOK_SECRET = "whsec_sandbox"  # noqa: S105 - opens nothing but the sandbox
SANDBOX_PAYPAL_CLIENT_ID = "client_of_the_sandbox"
SANDBOX_PAYPAL_CLIENT_SECRET = "secret_of_the_sandbox"  # noqa: S105 - likewise
SANDBOX_PAYPAL_WEBHOOK_ID = "WEBHOOKOFTHESANDBOX"
SANDBOX_PAYPAL_MERCHANT_ID = "CASHBEATSANDB"
SANDBOX_RESEND_KEY = "re_sandbox"
SANDBOX_RESEND_WEBHOOK_SECRET = "whsec_c2FuZGJveA=="  # noqa: S105 - likewise

_EVERYWHERE = ("cashbeat_home", "cashbeat_env", "log_format", "log_level")
_IN_THE_BOOKS = (*_EVERYWHERE, "worker_database_url", "broker_url")
_CHARGES = (
    "cashbeat_master_keys", "stripe_secret_key", "stripe_api_base", "stripe_calls_per_second", "paypal_client_id",
    "paypal_client_secret", "paypal_environment", "paypal_api_base", "paypal_merchant_id", "paypal_calls_per_second",
)  # fmt: skip
_PRINTS = (
    "seller_name", "seller_address", "seller_tax_id", "seller_email", "seller_website", "seller_logo",
    "payment_instructions", "portal_url", "public_url", "team_invitation_url",
)  # fmt: skip
# What each process is told, a worker by its queues, and nothing else: whoever takes over one holds not the keys of all.
READ_BY: dict[str, tuple[str, ...]] = {
    "ingress": (
        *_EVERYWHERE, "ingress_database_url", "broker_url", "ingress_host", "ingress_port", "ingress_processes",
        "ingress_connections_per_address", "server_requests_per_minute", "user_requests_per_minute",
        "staff_requests_per_minute", "account_requests_per_minute", "address_failures_per_minute",
        "cashbeat_master_keys", "stripe_webhook_secrets", "paypal_webhook_secrets", "paypal_environment",
        "paypal_api_base", "paypal_trust_file", "paypal_webhook_verification", "resend_webhook_secrets", "public_url",
        "seller_name", "seller_logo", "user_token_issuer", "user_token_audience", "user_token_jwks_url",
        "user_token_secrets", "user_token_account_claim", "user_token_role_claim", "portal_public_url",
        "portal_return_hosts", "user_origins",
    ),
    "portal": (
        *_EVERYWHERE, "portal_database_url", "broker_url", "portal_host", "portal_port", "portal_processes",
        "portal_public_url", "portal_sign_ins_per_address", "ingress_connections_per_address", "seller_name",
        "seller_logo", "payment_instructions", "page_requests_per_minute", "address_page_requests_per_minute",
    ),
    # it opens what authenticators know, which is sealed as the door's secrets are
    "console": (
        *_EVERYWHERE, "console_database_url", "broker_url", "console_host", "console_port", "console_processes",
        "console_public_url", "cashbeat_master_keys", "ingress_connections_per_address", "seller_name", "seller_logo",
        "payment_instructions", "page_requests_per_minute", "address_page_requests_per_minute", "flower_public_url",
    ),
    # what the door cannot verify yet is verified here; whose webhook it is the door has noted
    "webhooks": (*_IN_THE_BOOKS, *_CHARGES, "paypal_trust_file"),
    "commands": (*_IN_THE_BOOKS, *_CHARGES, "mail_link_hosts"),
    "payments": (*_IN_THE_BOOKS, *_CHARGES),
    # a test clock stands at the gateway, too
    "renewals": (*_IN_THE_BOOKS, *_CHARGES),
    "documents": (*_IN_THE_BOOKS, *_PRINTS),
    "emails": (
        *_IN_THE_BOOKS, *_PRINTS, "cashbeat_master_keys", "resend_api_key", "resend_api_base", "portal_public_url",
    ),
    "events": (*_IN_THE_BOOKS, "cashbeat_master_keys"),
    "upkeep": _IN_THE_BOOKS,
    "beat": (*_EVERYWHERE, "broker_url"),
    "flower": (*_EVERYWHERE, "broker_url", "flower_port", "flower_basic_auth"),
    "sandbox": (*_EVERYWHERE, "sandbox_port"),
}  # fmt: skip


class Settings(BaseSettings):
    """Configuration of one Cashbeat installation. Money never lives here; secrets are `SecretStr` and never printed."""

    # an empty variable is one that is not set: compose files and unit files pass those on
    model_config = SettingsConfigDict(env_file=None, env_ignore_empty=True, extra="ignore", frozen=True)

    # where we run
    cashbeat_home: Path = Path(".cashbeat")
    cashbeat_env: Literal["development", "production"] = "development"
    log_format: Literal["auto", "json", "console"] = "auto"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    # what providers' secrets are sealed under in the database; the first seals
    cashbeat_master_keys: MasterKeyList = SecretStr("")

    # the two stores; empty means the embedded ones
    database_url: DatabaseUrl = ""
    broker_url: BrokerUrl = ""
    # the same database, as each process enters it; `up` makes up what is not set
    ingress_database_url: DatabaseUrl = ""
    worker_database_url: DatabaseUrl = ""
    portal_database_url: DatabaseUrl = ""
    console_database_url: DatabaseUrl = ""

    # the door
    ingress_host: Host = "127.0.0.1"
    ingress_port: Port = 8000
    # under which customers reach the door; without it mails have no link to pay an invoice
    public_url: BaseUrl = ""
    ingress_processes: Annotated[Count, Field(ge=1, le=64)] = 2
    # of one process; 0 is no limit, for a proxy that has one
    ingress_connections_per_address: Annotated[Count, Field(ge=0, le=100_000)] = 256

    # the portal, the address under which customers reach it, and where its links may lead back to
    portal_host: Host = "127.0.0.1"
    portal_port: Port = 8100
    portal_processes: Annotated[Count, Field(ge=1, le=64)] = 1
    portal_public_url: RootUrl = ""
    # mails to sign in by, asked for from one address within an hour; 0 is no limit
    portal_sign_ins_per_address: Annotated[Count, Field(ge=0, le=10_000_000)] = 30
    portal_return_hosts: Annotated[tuple[HostName, ...], NoDecode] = ()

    # the console of the company's own people, and the address under which they reach it
    console_host: Host = "127.0.0.1"
    console_port: Port = 8110
    console_processes: Annotated[Count, Field(ge=1, le=64)] = 1
    console_public_url: RootUrl = ""
    # pages that one browser may ask for in a minute, and one address, of one process; 0 is no limit
    page_requests_per_minute: Annotated[Count, Field(ge=0, le=10_000_000)] = 600
    address_page_requests_per_minute: Annotated[Count, Field(ge=0, le=10_000_000)] = 3_000

    # how often a caller may ask in a minute, if a key has no rate of its own, and how often one account is asked about
    server_requests_per_minute: RequestsPerMinute = 30_000
    user_requests_per_minute: RequestsPerMinute = 1_200
    staff_requests_per_minute: RequestsPerMinute = 1_200
    account_requests_per_minute: RequestsPerMinute = 6_000
    # keys and tokens that are none, from one address at one process; 0 is no limit, as above
    address_failures_per_minute: Annotated[Count, Field(ge=0, le=10_000_000)] = 300

    # users of customers, by tokens that the product's app signs: by keys that it publishes, or by a secret of both
    user_token_issuer: TokenWord = ""
    user_token_audience: TokenWord = ""
    user_token_jwks_url: WebPage = ""
    user_token_secrets: Annotated[tuple[TokenSecret, ...], NoDecode] = ()
    user_token_account_claim: TokenWord = "account_id"  # noqa: S105 - the name of a claim
    user_token_role_claim: TokenWord = "role"  # noqa: S105 - likewise

    # where the pages are from which their browsers ask
    user_origins: Annotated[tuple[Origin, ...], NoDecode] = ()

    # the watchers, and under which address the company's own people reach them
    flower_port: Port = 5555
    flower_basic_auth: Login = SecretStr("")
    flower_public_url: BaseUrl = ""

    # gateways; without a key of one that takes payments the sandbox stands in
    stripe_secret_key: StripeKey = SecretStr("")
    stripe_api_base: BaseUrl = ""
    stripe_webhook_secrets: Annotated[tuple[WebhookSecret, ...], NoDecode] = ()
    # all workers together; 0 follows the key
    stripe_calls_per_second: CallsPerSecond = 0.0
    paypal_client_id: PayPalKey = SecretStr("")
    paypal_client_secret: PayPalKey = SecretStr("")
    # where that client lives; real money moves in `live`
    paypal_environment: Literal["sandbox", "live"] = "sandbox"
    paypal_api_base: BaseUrl = ""
    # ids of webhooks: they are part of what is signed
    paypal_webhook_secrets: Annotated[tuple[PayPalWebhookId, ...], NoDecode] = ()
    # whom payments must have come to; empty: not compared
    paypal_merchant_id: PayPalMerchantId = ""
    # what the certificates of webhooks are checked by; none: what this machine trusts
    paypal_trust_file: TrustFile | None = None
    paypal_webhook_verification: Literal["offline", "by_paypal"] = "offline"
    # all workers together; 0 leaves it to the gateway's room
    paypal_calls_per_second: CallsPerSecond = 0.0
    resend_api_key: ResendKey = SecretStr("")
    resend_api_base: BaseUrl = ""
    resend_webhook_secrets: Annotated[tuple[SvixSecret, ...], NoDecode] = ()
    sandbox_port: Port = 8400

    # who sells
    seller_name: SellerName = "Example SaaS Inc."
    seller_address: SellerText = "1 Example Street\nSpringfield, IL 62701\nUnited States"
    seller_tax_id: SellerTaxId = ""
    seller_email: Mailbox = "billing@example.com"
    seller_website: WebPage = "https://example.com"
    seller_logo: Path | None = None
    payment_instructions: SellerText = "Example Bank, Springfield\nIBAN DE00 0000 0000 0000 0000 00\nBIC EXAMPLEX"
    portal_url: WebPage = ""
    # where invitations into teams are answered, with {token} in it
    team_invitation_url: InvitationPage = ""
    # to which the links of mails that the product has sent may lead
    mail_link_hosts: Annotated[tuple[HostName, ...], NoDecode] = ()

    @property
    def is_production(self) -> bool:
        """Whether this is no trial: it was said so, or real money can move."""
        key = self.stripe_secret_key.get_secret_value()
        is_real = key.startswith(LIVE_KEY_PREFIXES) or self.paypal_environment == "live"
        return self.cashbeat_env == "production" or is_real

    def of_vendor(self, name: str) -> dict[str, Any]:
        """What is set for one vendor, by its names without their prefix; secrets stay closed until they are used."""
        prefix = f"{name}_"
        fields = [field for field in type(self).model_fields if field.startswith(prefix)]
        return {field.removeprefix(prefix): getattr(self, field) for field in fields}

    def plain(self, field: str) -> object:
        """One value, secrets as plain text."""
        return _plain(getattr(self, field))

    @field_validator("seller_logo", mode="before")
    @classmethod
    def _a_logo_that_can_be_printed(cls, value: object) -> object:
        """Looked at when a process starts, not when the first invoice is drawn."""
        if not isinstance(value, str) or not value:
            return value or None
        path = absolute(Path(value))
        read_logo(path)
        return path

    @field_validator(
        "stripe_webhook_secrets",
        "paypal_webhook_secrets",
        "resend_webhook_secrets",
        "user_token_secrets",
        "mail_link_hosts",
        "portal_return_hosts",
        "user_origins",
        mode="before",
    )
    @classmethod
    def _several_secrets(cls, value: object) -> object:
        """Comma-separated: while a secret is rolled, the old and the new one are both active."""
        if isinstance(value, str):
            return tuple(secret.strip() for secret in value.split(",") if secret.strip())
        return value


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return tuple(_plain(each) for each in value)
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def in_words(error: ValidationError) -> str:
    """One sentence about all values that cannot be used; it repeats none of them, for they may be secrets."""
    told = {path.partition(".")[0].upper(): message for path, message in refusals(error)}
    return "; ".join(f"{name} {half_a_sentence(message)}" for name, message in told.items())


def half_a_sentence(message: str) -> str:
    """Pydantic's words made to fit behind a name."""
    return message.replace("Input should be", "must be").partition(", unable to")[0]


@lru_cache(maxsize=1)
def load() -> Settings:
    """Read the environment once per process. Ends the process with one sentence when a value cannot be used."""
    try:
        return Settings()
    except ValidationError as error:
        refuse_to_start(in_words(error))


def refuse_to_start(sentence: str) -> NoReturn:
    """End this process: what is wrong is for an operator to mend, and a traceback would only hide it."""
    sys.stderr.write(f"cashbeat: {sentence}\n")
    raise SystemExit(exit_codes.IMPOSSIBLE)
