"""Sell a credit package on a gateway's hosted page."""

from billing.payments.start_checkout import intend_checkout
from calls.open_page import open_page
from database.operations import Operation
from gateways.gateway import Capability
from schemas.commands import StartCreditCheckout
from workers.claims import Act
from workers.wiring import Work


def open_checkout(work: Work, operation: Operation, command: StartCreditCheckout) -> Act:
    """Claim: the intention, frozen. Call: the page. Record: its address, or that nobody knows."""
    gateway = work.choose(Capability.CHECKOUT, command.gateway)
    gateway.checkout  # noqa: B018 - a vendor that cannot is refused before anything is written
    with work.database.transaction() as session:
        request = intend_checkout(session, operation.id, command, gateway.name, work.wall())
    return open_page(work, gateway, operation, request)
