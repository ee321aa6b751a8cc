"""Commands the API accepts, each with the scope its caller needs. Validated at the door and again by the worker."""

import re
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

URL_LENGTH_MAX = 2000
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]")
_EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f,;<>\"()\[\]\\]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")


def _one_line(value: str) -> str:
    """Names end in mail headers and PDF metadata: no line breaks, no control characters."""
    if _CONTROL.search(value):
        raise ValueError("must not contain line breaks or control characters")
    return value


def _email(value: str) -> str:
    if not _EMAIL.fullmatch(value) or not value.isascii():
        raise ValueError("must be an e-mail address")
    return value


def _http_url(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError("must be an http or https URL")
    return value


Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(_one_line)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_one_line)]
Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254), AfterValidator(_email)]
Url = Annotated[str, StringConstraints(max_length=URL_LENGTH_MAX), AfterValidator(_one_line), AfterValidator(_http_url)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


class Command(BaseModel):
    """Base of all commands: frozen, strict about fields, knows its kind and the scope its caller needs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ClassVar[str]
    scope: ClassVar[str]


class Address(BaseModel):
    """A billing address. `country` is ISO 3166-1 alpha-2, upper case."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    line1: Line = ""
    line2: Line = ""
    city: Line = ""
    region: Line = ""
    postal_code: Line = ""
    country: Country


class OpenAccount(Command):
    """Open an account. Without a slug one is made from the name."""

    kind = "open_account"
    scope = "accounts:write"

    name: Name
    owner: Name
    billing_email: Email
    billing_address: Address
    slug: Slug | None = None
    tax_id: Line = ""


class StartCreditCheckout(Command):
    """Sell one credit package through the gateway's hosted checkout."""

    kind = "start_credit_checkout"
    scope = "billing:write"

    account_id: UUID
    package: Slug
    success_url: Url
    cancel_url: Url


class ConsumeCredits(Command):
    """Use credits, oldest expiry first. Refused as a whole when the balance is too small."""

    kind = "consume_credits"
    scope = "credits:write"

    account_id: UUID
    amount: Annotated[int, Field(ge=1, le=1_000_000_000)]
    description: Line = ""


COMMANDS: dict[str, type[Command]] = {
    command.kind: command for command in (OpenAccount, StartCreditCheckout, ConsumeCredits)
}
SCOPES = (
    "accounts:read",
    "accounts:write",
    "billing:read",
    "billing:write",
    "credits:read",
    "credits:write",
    "operations:read",
)
