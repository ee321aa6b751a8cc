"""Open a gateway's hosted page on which the customer saves a card."""

from billing.accounts.queries import get_account
from billing.payment_methods.check_offered import check_offered
from calls.ensure_customer import ensure_customer
from calls.key_of_try import key_of_try
from database.operations import Operation
from gateways.gateway import Capability
from schemas.commands.payments import StartCardSetup
from schemas.facts.customers import SetupRequest
from workers.claims import Act
from workers.wiring import Work

# the currency of a card set-up decides only which kinds of cards are offered
SETUP_CURRENCY = "USD"


def open_card_setup(work: Work, operation: Operation, command: StartCardSetup) -> Act:
    """Claim: the account's customer. Call: the page. Record: its address; the card comes with an event.

    Raises Rejected `method_not_offered`.
    """
    gateway = work.choose(Capability.SAVED_METHODS, command.gateway)
    methods = gateway.saved_methods
    with work.database.transaction() as session:
        check_offered(session, get_account(session, command.account_id), gateway.name)
    request = SetupRequest(
        account_id=str(command.account_id),
        idempotency_key=key_of_try(gateway, operation, f"cashbeat/card_setup/{operation.id}"),
        customer_ref=ensure_customer(work, gateway, command.account_id, operation.attempts),
        currency=SETUP_CURRENCY,
        success_url=command.success_url,
        cancel_url=command.cancel_url,
    )
    page = methods.open_setup(request)
    return lambda session: {"checkout_url": page.url, "checkout_ref": page.checkout_ref}
