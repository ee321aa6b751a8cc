"""Commands of the company's own people about bills."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, Strict, StrictBool, model_validator

from schemas.amounts import MinorUnits, Quantity
from schemas.commands.base import Command
from schemas.currencies import Currency
from schemas.names import Line, Name, Slug
from schemas.views.invoices import InvoiceView

# a paper of so many lines is read by nobody
LINES_MAX = 100
DueDays = Annotated[int, Strict(), Field(ge=0, le=365)]


class BilledLine(BaseModel):
    """One line: so many of a unit price before tax, of a package of credits, or of a service on the price list.

    A package and a service bring their own words, unless a `description` says others.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    description: Line = ""
    quantity: Quantity = 1
    unit_minor: MinorUnits | None = None
    package: Slug | None = None
    service: Slug | None = None

    @model_validator(mode="after")
    def _is_one_thing(self) -> "BilledLine":
        if sum(each is not None for each in (self.unit_minor, self.package, self.service)) != 1:
            raise ValueError("must have one of unit_minor, package and service")
        if self.unit_minor is not None and not self.description:
            raise ValueError("must have a description beside its unit_minor")
        return self


class CreateInvoice(Command):
    """Bill an account by hand: the invoice is issued at once, with the tax of its country, and due in so many days.

    What is kept for the account pays of it. The credits of a package are granted once it is paid. `total_minor` is what
    was shown to whoever wants it, tax included: it costs that, or is refused.
    """

    kind = "create_invoice"
    permission = "invoices:write"
    result_view = InvoiceView

    account_id: UUID
    currency: Currency
    lines: Annotated[tuple[BilledLine, ...], Field(min_length=1, max_length=LINES_MAX)]
    due_days: DueDays = 14
    method: Literal["bank_transfer", "local_wallet"] | None = None
    send: StrictBool = True
    total_minor: MinorUnits | None = None


class VoidInvoice(Command):
    """Take back an issued invoice that is not paid: nobody owes it any more. It keeps its number."""

    kind = "void_invoice"
    permission = "invoices:write"
    result_view = InvoiceView

    invoice_id: UUID
    reason: Name


COMMANDS: tuple[type[Command], ...] = (CreateInvoice, VoidInvoice)
