"""Cards that the sandbox knows as well, for tests that charge them."""

from uuid import UUID

from gateways.ports import SavedMethods
from schemas.facts.customers import CardFact, CustomerRequest
from tests.billing.charges import card


def save_there(cards: SavedMethods, account_id: UUID, card_ref: str = "pm_card_visa") -> CardFact:
    """The card of a customer there, who may be new, to be charged while they are away."""
    request = CustomerRequest(str(account_id), f"customer/{account_id}", "Ada", "ada@example.com")
    customer_ref = cards.create_customer(request)
    cards.make_default(customer_ref, card_ref, idempotency_key=f"card/{account_id}/{card_ref}")
    known = cards.fetch_customer(customer_ref)
    assert known is not None
    return card(known.card_ref, customer_ref)
