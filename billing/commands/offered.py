"""Which ways to pay are offered where."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.catalog.tables import GatewayAmount
from billing.commands.verb import Result, Verb
from billing.errors import Rejected
from billing.payment_methods.queries import get_config, list_configs
from billing.payment_methods.reset_country import reset_country
from billing.payment_methods.rules import decided_for
from billing.payment_methods.seed import TRANSFER_NAME
from billing.payment_methods.set_method import set_method
from billing.payment_methods.tables import ManualMethod
from billing.payment_methods.views import view_config
from database.audit.changes import tell_change
from database.operations import Operation
from schemas.commands.base import Command
from schemas.commands.offered import OfferPaymentMethod, ResetPaymentMethods, UpdateOfferedMethod


def _offer(session: Session, operation: Operation, command: OfferPaymentMethod, now: datetime) -> Result:
    _require_known(session, command.method)
    called = TRANSFER_NAME if command.method == ManualMethod.BANK_TRANSFER else command.wallet_kind or command.method
    config = set_method(session, command.country, command.method, command.changes, called)
    return view_config(config).model_dump(mode="json")


def _update(session: Session, operation: Operation, command: UpdateOfferedMethod, now: datetime) -> Result:
    config = get_config(session, command.offered_method_id)
    changed = set_method(session, config.country, config.method, command.changes)
    return view_config(changed).model_dump(mode="json")


def _reset(session: Session, operation: Operation, command: ResetPaymentMethods, now: datetime) -> Result:
    gone = [view_config(config) for config in reset_country(session, command.country)]
    for each in gone:
        tell_change(session, f"payment_method_configs/{each.id}", {"method": each.method, "country": each.country}, {})
    left = decided_for(list_configs(session), command.country)
    return {"data": [view_config(config).model_dump(mode="json") for config in left]}


def _require_known(session: Session, method: str) -> None:
    """By hand, or a gateway that has said what it takes."""
    gateways = sorted(session.scalars(select(GatewayAmount.gateway).distinct()))
    known = [*gateways, *ManualMethod]
    if method not in known:
        raise Rejected("gateway_unknown", f"There is no way to pay {method!r}; there are {', '.join(known)}.", 404)


VERBS: Mapping[type[Command], Verb] = {
    OfferPaymentMethod: _offer,
    UpdateOfferedMethod: _update,
    ResetPaymentMethods: _reset,
}
