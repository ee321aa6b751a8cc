"""Commands about accounts."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import (
    BaseModel,
    ConfigDict,
    SerializerFunctionWrapHandler,
    StringConstraints,
    field_validator,
    model_serializer,
)

from schemas.commands.base import Command
from schemas.countries import Country
from schemas.emails import Email
from schemas.json_shapes import never_null
from schemas.locales import LocaleTag, TimeZone
from schemas.names import Line, Name, Slug
from schemas.recipients import Recipients
from schemas.user_ids import UserId
from schemas.views.accounts import AccountView

# as the link in a mail has it: 32 random bytes
ConfirmationToken = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]


class Address(BaseModel):
    """A billing address. `country` is ISO 3166-1 alpha-2, upper case, or XK."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    line1: Line = ""
    line2: Line = ""
    city: Line = ""
    region: Line = ""
    postal_code: Line = ""
    country: Country


class AsGiven(BaseModel):
    """What was left out stays left out, in the row of the operation too: null says something else."""

    @model_serializer(mode="wrap")
    def _as_given(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {field: value for field, value in handler(self).items() if field in self.model_fields_set}


class RecipientsByKind(AsGiven):
    """Who else gets mails: of a kind, those that are given take the place of all; null or none: nobody."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    invoices: Recipients | None = None
    payment_problems: Recipients | None = None
    credits: Recipients | None = None
    security: Recipients | None = None


class OpenAccount(Command):
    """Open an account. Without a slug one is made from the name. On a test clock it lives by that clock's time.

    `owner` is the product's id of the first member, as their tokens say it.
    """

    kind = "open_account"
    permission = "accounts:write"
    result_view = AccountView

    name: Name
    owner: UserId
    billing_email: Email
    billing_address: Address
    slug: Slug | None = None
    tax_id: Line = ""
    test_clock_id: UUID | None = None


class UpdateAccount(AsGiven, Command):
    """Change what is given and leave the rest; null clears it. An address is given whole, recipients by their kind.

    Another billing e-mail is used once it is confirmed by the link in a mail to it.
    """

    kind = "update_account"
    permission = "settings:write"

    account_id: UUID
    name: Name | None = None
    billing_address: Address | None = None
    billing_email: Email | None = None
    tax_id: Line | None = None
    recipients: RecipientsByKind | None = None
    time_zone: TimeZone | None = None
    locale: LocaleTag | None = None

    model_config = ConfigDict(json_schema_extra={"allOf": [never_null("name", "billing_address", "billing_email")]})

    @field_validator("name", "billing_address", "billing_email")
    @classmethod
    def _is_there(cls, value: object) -> object:
        """Defaults are not looked at, so that this one was given."""
        if value is None:
            raise ValueError("can be changed and not cleared")
        return value


class RepeatConfirmation(Command):
    """Send the mail again whose link confirms the new billing e-mail. Links of mails before it end."""

    kind = "repeat_confirmation"
    permission = "settings:write"

    account_id: UUID


class DeleteAccount(Command):
    """Delete an account for good. `confirm_name` is its name, typed by whoever wants that."""

    kind = "delete_account"
    permission = "account:delete"

    account_id: UUID
    confirm_name: Name


class SuspendAccount(Command):
    """Suspend an account: nothing is begun for it and it uses nothing. One that is suspended stays as it is."""

    kind = "suspend_account"
    permission = "accounts:suspend"
    result_view = AccountView

    account_id: UUID
    reason: Name


class ActivateAccount(Command):
    """Let a suspended account begin and use things again; one that is active stays so."""

    kind = "activate_account"
    permission = "accounts:suspend"
    result_view = AccountView

    account_id: UUID


class ExportAccount(Command):
    """Ask for a copy of all that is known of an account; a worker writes it."""

    kind = "export_account"
    permission = "account:export"

    account_id: UUID


class ConfirmEmail(Command):
    """Use the new billing e-mail from now on: whoever has the token has read the mail. A token is good once."""

    kind = "confirm_email"
    permission = "settings:write"
    is_by_token = True

    token: ConfirmationToken


COMMANDS: tuple[type[Command], ...] = (
    OpenAccount,
    UpdateAccount,
    RepeatConfirmation,
    ConfirmEmail,
    DeleteAccount,
    ExportAccount,
    SuspendAccount,
    ActivateAccount,
)
