"""Customers (https://docs.stripe.com/api/customers), and Stripe's own page for them."""

from datetime import datetime
from typing import Any

from gateways.stripe.answers import reader
from gateways.stripe.calls import Calls, segment, window
from gateways.stripe.card_shapes import customer_of
from gateways.stripe.shapes import ACCOUNT_MARK, Json, reference
from schemas.facts.customers import CustomerFact, CustomerRequest

CUSTOMERS = "/v1/customers"


class Customers(Calls):
    """Makes customers and looks them up."""

    def create_customer(self, request: CustomerRequest) -> str:
        """Make a customer for an account; see SavedMethods."""
        parameters: dict[str, Any] = {"metadata": {ACCOUNT_MARK: request.account_id}}
        # Stripe refuses empty texts for these
        if request.name:
            parameters["name"] = request.name
        if request.email:
            parameters["email"] = request.email
        if request.clock_ref:
            parameters["test_clock"] = request.clock_ref
        return reference(self._post(CUSTOMERS, parameters, request.idempotency_key))

    def find_customer(self, account_id: str, *, email: str, created_after: datetime) -> str:
        """Search the customers made since then with this e-mail address for our mark; see SavedMethods.

        Customers on a test clock are not found: Stripe lists them only for their clock. At its limit the search raises
        Unavailable.
        """
        filters = window(created_after)
        if email:
            filters["email"] = email
        return reference(self._search(CUSTOMERS, filters, ACCOUNT_MARK, account_id))

    def fetch_customer(self, customer_ref: str) -> CustomerFact | None:
        """The customer now; see SavedMethods."""
        customer = self._known(f"{CUSTOMERS}/{segment(customer_ref)}")
        return customer_of(customer) if customer else None

    def open_portal(self, customer_ref: str, *, return_url: str) -> str:
        """Open a session of Stripe's customer portal; see RunsSubscriptions. Its address is good for minutes.

        https://docs.stripe.com/api/customer_portal/sessions. It is made anew whenever somebody asks, so without a key.
        """
        parameters = {"customer": customer_ref, "return_url": return_url}
        return _url_of(self._call("post", "/v1/billing_portal/sessions", parameters))


@reader
def _url_of(session: Json) -> str:
    """Where the page is."""
    return str(session["url"])
