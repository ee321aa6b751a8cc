"""Open a gateway's own page on which a customer manages subscriptions and cards."""

from billing.accounts.queries import get_account
from billing.payment_methods.check_offered import check_offered
from billing.subscriptions.queries import is_run_by
from calls.ensure_customer import ensure_customer
from database.operations import Operation
from gateways.gateway import Capability
from schemas.commands.payments import OpenPortal
from workers.claims import Act
from workers.wiring import Work


def open_portal(work: Work, operation: Operation, command: OpenPortal) -> Act:
    """Claim: the account's customer. Call: the page. Record: its address.

    Cards are saved there, too. Whose subscription the gateway runs can always end it there; to anybody else it is
    something new. Raises Rejected `method_not_offered`.
    """
    gateway = work.choose(Capability.SUBSCRIPTIONS, command.gateway)
    subscriptions = gateway.subscriptions
    with work.database.transaction() as session:
        account = get_account(session, command.account_id)
        if not is_run_by(session, account.id, gateway.name):
            check_offered(session, account, gateway.name)
    customer_ref = ensure_customer(work, gateway, command.account_id, operation.attempts)
    url = subscriptions.open_portal(customer_ref, return_url=command.return_url)
    return lambda session: {"portal_url": url}
