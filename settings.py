"""The only reader of the environment.

Every other module receives its settings as arguments or calls `load()`. Names are documented in docs/operations.md;
a test compares the two.
"""

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from documents.logo import read_logo

SANDBOX_STRIPE_KEY = "sk_test_sandbox"
TEST_KEY_PREFIXES = ("sk_test_", "rk_test_")
SANDBOX_WEBHOOK_SECRET = "whsec_sandbox"  # noqa: S105 - opens nothing but the sandbox
SANDBOX_RESEND_KEY = "re_sandbox"

_EVERYWHERE = ("cashbeat_home", "cashbeat_env", "log_format", "log_level")
# What each process is told, and nothing else: whoever takes over one of them does not hold the keys of all.
READ_BY: dict[str, tuple[str, ...]] = {
    "ingress": (
        *_EVERYWHERE, "ingress_database_url", "broker_url", "ingress_host", "ingress_port", "ingress_processes",
        "stripe_webhook_secrets",
    ),
    "worker": (
        *_EVERYWHERE, "worker_database_url", "broker_url", "stripe_secret_key", "stripe_api_base",
        "stripe_calls_per_second", "resend_api_key", "resend_api_base", "seller_name", "seller_address",
        "seller_tax_id", "seller_email", "seller_website", "seller_logo", "payment_instructions", "portal_url",
    ),
    "beat": (*_EVERYWHERE, "broker_url"),
    "flower": (*_EVERYWHERE, "broker_url", "flower_port", "flower_basic_auth"),
    "sandbox": (*_EVERYWHERE, "sandbox_port"),
}  # fmt: skip


class Settings(BaseSettings):
    """Configuration of one Cashbeat installation. Money never lives here; secrets are `SecretStr` and never printed."""

    model_config = SettingsConfigDict(env_file=None, extra="ignore", frozen=True)

    # where we run
    cashbeat_home: Path = Path(".cashbeat")
    cashbeat_env: Literal["development", "production"] = "development"
    log_format: Literal["auto", "json", "console"] = "auto"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    # the two stores; empty means the embedded ones
    database_url: str = Field(default="", repr=False)
    broker_url: str = Field(default="", repr=False)
    # the same database, as each process enters it; `up` makes up what is not set
    ingress_database_url: str = Field(default="", repr=False)
    worker_database_url: str = Field(default="", repr=False)
    portal_database_url: str = Field(default="", repr=False)

    # the door
    ingress_host: str = "127.0.0.1"
    ingress_port: int = 8000
    ingress_processes: Annotated[int, Field(ge=1, le=64)] = 2

    # the watchers
    flower_port: int = 5555
    flower_basic_auth: SecretStr = SecretStr("")

    # gateways; without a Stripe key the sandbox stands in
    stripe_secret_key: SecretStr = SecretStr("")
    stripe_api_base: str = ""
    stripe_webhook_secrets: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    # all workers together; 0 follows the key
    stripe_calls_per_second: Annotated[float, Field(ge=0, le=10_000)] = 0.0
    resend_api_key: SecretStr = SecretStr("")
    resend_api_base: str = ""
    sandbox_port: int = 8400

    # who sells
    seller_name: str = "Example SaaS Inc."
    seller_address: str = "1 Example Street\nSpringfield, IL 62701\nUnited States"
    seller_tax_id: str = ""
    seller_email: str = "billing@example.com"
    seller_website: str = "https://example.com"
    seller_logo: Path | None = None
    payment_instructions: str = "Example Bank, Springfield\nIBAN DE00 0000 0000 0000 0000 00\nBIC EXAMPLEX"
    portal_url: str = ""

    @property
    def is_test_mode(self) -> bool:
        """Whether no real money can move: the sandbox stands in, or the key is one of Stripe's test mode."""
        key = self.stripe_secret_key.get_secret_value()
        return not key or key.startswith(TEST_KEY_PREFIXES)

    def of_vendor(self, name: str) -> dict[str, Any]:
        """What is set for one vendor, by its names without their prefix; secrets as plain text."""
        prefix = f"{name}_"
        values = {field: getattr(self, field) for field in type(self).model_fields if field.startswith(prefix)}
        return {field.removeprefix(prefix): _plain(value) for field, value in values.items()}

    @field_validator("seller_logo", mode="before")
    @classmethod
    def _a_logo_that_can_be_printed(cls, value: object) -> object:
        """Looked at when a process starts, not when the first invoice is drawn."""
        if not isinstance(value, str) or not value:
            return value or None
        path = Path(value)
        if not path.is_absolute():
            raise ValueError("must be an absolute path: not every process starts in the same folder")
        read_logo(path)
        return path

    @field_validator("stripe_webhook_secrets", mode="before")
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


@lru_cache(maxsize=1)
def load() -> Settings:
    """Read the environment once per process.

    Raises pydantic's ValidationError when a value cannot be used.
    """
    return Settings()
