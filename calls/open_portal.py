"""Open a gateway's own page on which a customer manages subscriptions and cards."""

from calls.ensure_customer import ensure_customer
from database.operations import Operation
from gateways.gateway import Capability
from schemas.commands import OpenPortal
from workers.claims import Act
from workers.wiring import Work


def open_portal(work: Work, operation: Operation, command: OpenPortal) -> Act:
    """Claim: the account's customer. Call: the page. Record: its address."""
    gateway = work.choose(Capability.SUBSCRIPTIONS, command.gateway)
    subscriptions = gateway.subscriptions
    customer_ref = ensure_customer(work, gateway, command.account_id)
    url = subscriptions.open_portal(customer_ref, return_url=command.return_url)
    return lambda session: {"portal_url": url}
