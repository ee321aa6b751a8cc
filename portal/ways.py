"""In which ways something can be paid, as the customer's country is offered it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from billing.payment_methods.tables import ManualMethod
from billing.payment_methods.views import show_offered
from schemas.views.payment_methods import OfferedMethodView


@dataclass(frozen=True, slots=True)
class Ways:
    """Pages of gateways, and what comes past every one. Where nobody has decided anything, both are empty."""

    on_page: Sequence[OfferedMethodView]
    by_hand: Sequence[OfferedMethodView]
    is_decided: bool

    @property
    def has_page(self) -> bool:
        """Whether a page can be asked for, without saying whose."""
        return bool(self.on_page) or not self.is_decided


def names_of(ways: Ways) -> dict[str, str]:
    """What customers call the gateways that are offered, by their names here."""
    return {each.method: each.display_name for each in ways.on_page}


def ways_for(session: Session, country: str, currency: str | None) -> Ways:
    """Those that take this currency, in their order; without one, all."""
    offered = show_offered(session, country, currency)
    known = offered or []
    by_hand = [each for each in known if each.method in set(ManualMethod)]
    on_page = [each for each in known if each.method not in set(ManualMethod)]
    return Ways(on_page, by_hand, is_decided=offered is not None)
