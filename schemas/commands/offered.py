"""Commands of the company's own people about the ways to pay that a country is offered."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import Field, Strict, StrictBool

from schemas.commands.base import Command
from schemas.countries import Country
from schemas.currencies import Currency
from schemas.names import Beneficiary, GatewayName, Line
from schemas.payment_methods import Bic, DisplayName, Iban, Instructions, Region
from schemas.views.payment_methods import DecidedMethodsView, DecidedMethodView

CURRENCIES_MAX = 200
SortOrder = Annotated[int, Strict(), Field(ge=0, le=1_000_000)]


class OfMethod(Command):
    """Base of those that say how a way to pay is offered; what is left out stays as it is."""

    # where the money goes: whoever could change that alone could have it
    accounts: ClassVar[tuple[str, ...]] = ("iban", "bic", "account_name", "wallet_kind", "wallet_id")

    display_name: DisplayName | None = None
    sort_order: SortOrder | None = None
    enabled: StrictBool | None = None
    instructions: Instructions | None = None
    iban: Iban | None = None
    bic: Bic | None = None
    account_name: Beneficiary | None = None
    wallet_kind: Line | None = None
    wallet_id: Line | None = None
    currencies: Annotated[tuple[Currency, ...], Field(max_length=CURRENCIES_MAX)] | None = None

    @property
    def changes(self) -> dict[str, Any]:
        """What is said, by column."""
        said = {name: getattr(self, name) for name in OfMethod.model_fields}
        found = {name: value for name, value in said.items() if value is not None}
        return found | ({"currencies": list(found["currencies"])} if "currencies" in found else {})


class OfferPaymentMethod(OfMethod):
    """Offer a way to pay in a country, or in the rest of the world; one that is there is changed."""

    kind = "offer_payment_method"
    permission = "ways_to_pay:write"
    result_view = DecidedMethodView

    country: Region
    method: GatewayName


class UpdateOfferedMethod(OfMethod):
    """Change how a way to pay is offered."""

    kind = "update_offered_method"
    permission = "ways_to_pay:write"
    result_view = DecidedMethodView

    offered_method_id: UUID


class ResetPaymentMethods(Command):
    """Take a country's own ways to pay away: it is offered those of the rest of the world again."""

    kind = "reset_payment_methods"
    permission = "ways_to_pay:write"
    result_view = DecidedMethodsView

    country: Country


COMMANDS: tuple[type[Command], ...] = (OfferPaymentMethod, UpdateOfferedMethod, ResetPaymentMethods)
