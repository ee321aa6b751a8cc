"""Commands about accounts."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict

from schemas.commands.base import Command
from schemas.countries import Country
from schemas.emails import Email
from schemas.names import Line, Name, Slug


class Address(BaseModel):
    """A billing address. `country` is ISO 3166-1 alpha-2, upper case, or XK."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    line1: Line = ""
    line2: Line = ""
    city: Line = ""
    region: Line = ""
    postal_code: Line = ""
    country: Country


class OpenAccount(Command):
    """Open an account. Without a slug one is made from the name. On a test clock it lives by that clock's time."""

    kind = "open_account"
    permission = "accounts:write"

    name: Name
    owner: Name
    billing_email: Email
    billing_address: Address
    slug: Slug | None = None
    tax_id: Line = ""
    test_clock_id: UUID | None = None


COMMANDS: tuple[type[Command], ...] = (OpenAccount,)
