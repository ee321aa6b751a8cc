"""Which ways to pay there are."""

from uuid import UUID

from schemas.views.base import Page, View
from schemas.views.cards import CardView


class OfferedMethodView(View):
    """A way to pay. `method` is a gateway by its name, `bank_transfer` or `local_wallet`.

    The details are where money by hand goes; `currencies` are what it takes, none means every one.
    """

    method: str
    display_name: str
    instructions: str
    iban: str
    bic: str
    account_name: str
    wallet_kind: str
    wallet_id: str
    currencies: list[str]


class DecidedMethodView(OfferedMethodView):
    """A way to pay as it was decided for a country or the rest of the world (`rest`), offered (`enabled`) or not."""

    id: UUID
    country: str
    sort_order: int
    enabled: bool


class DecidedMethodsView(View):
    """What is decided for a country from now on, in its order."""

    data: list[DecidedMethodView]


class PaymentMethodsView(Page[CardView]):
    """The saved cards of an account, and what its country is offered; null where nobody has decided that."""

    country: str | None
    offered: list[OfferedMethodView] | None
