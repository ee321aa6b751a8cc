"""Talks to Stripe.

Calls go through `StripeClient.raw_request`: the library authenticates, pins the version, encodes and raises its
errors, and we read plain JSON. Its typed services build an object graph of the whole answer, which took four times the
CPU of a call (5.0 ms instead of 1.3 ms for a session with its intent and charge) for the dozen fields we read.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import stripe

from billing.errors import Rejected, Unavailable
from gateways.connections import TIMEOUT_SECONDS, open_session
from gateways.ports import EVENTS_LIMIT
from gateways.stripe.errors import NOT_FOUND, family_of
from gateways.stripe.payments import checkout_of_session, payment_of_intent, payment_of_session
from gateways.stripe.shapes import ATTEMPT_MARK, Json, attempt_mark
from schemas.facts import CheckoutFact, CheckoutRequest, PaymentFact

if TYPE_CHECKING:
    from stripe.params.checkout import SessionCreateParams, SessionCreateParamsLineItem

API_VERSION = "2026-10-28.endive"  # the version whose shapes `payments` reads
PAGE_LIMIT = 100  # the most that Stripe gives at once
EVENT_TYPES_LIMIT = 20  # the most that Stripe filters by
SEARCH_LIMIT = 2_000  # twenty pages; the callers' windows are minutes around an attempt

# the library would otherwise write an id into the home directory and report our timings
stripe.enable_telemetry = False


class StripeGateway:
    """The PaymentGateway for Stripe. One per process, made after the fork: its connections are kept alive.

    `api_base` points elsewhere than to Stripe (the sandbox). `timeout_seconds` is (connect, read). Nothing is retried
    here: our rows retry, under the same idempotency key. `page_limit` and `search_limit` count objects.
    """

    def __init__(
        self,
        secret_key: str,
        api_base: str | None = None,
        timeout_seconds: tuple[float, float] = TIMEOUT_SECONDS,
        *,
        page_limit: int = PAGE_LIMIT,
        search_limit: int = SEARCH_LIMIT,
    ) -> None:
        self._page_limit = page_limit
        self._search_limit = search_limit
        base = (api_base or stripe.DEFAULT_API_BASE).rstrip("/")
        self._client = stripe.StripeClient(
            secret_key,
            stripe_version=API_VERSION,
            base_addresses={"api": base},
            http_client=stripe.RequestsClient(timeout=timeout_seconds, session=open_session(base)),
            max_network_retries=0,
        )

    def open_checkout(self, request: CheckoutRequest) -> CheckoutFact:
        """Open a Checkout Session; see PaymentGateway. `expires_at` must be 30 minutes to 24 hours ahead."""
        parameters = _session_parameters(request)
        key = request.idempotency_key
        return checkout_of_session(self._call("post", "/v1/checkout/sessions", parameters, idempotency_key=key))

    def fetch_payment(self, *, checkout_ref: str = "", payment_ref: str = "") -> PaymentFact | None:
        """The payment of a session or of an intent; see PaymentGateway."""
        if not checkout_ref and not payment_ref:
            raise ValueError("a payment is fetched by its checkout or its own reference")
        try:
            return self._payment_of_checkout(checkout_ref) if checkout_ref else self._payment_of_intent(payment_ref)
        except Rejected as refusal:
            if refusal.code == NOT_FOUND:
                return None
            raise

    def find_checkout(
        self,
        attempt_id: str,
        *,
        created_after: datetime,
        created_before: datetime | None = None,
        customer_ref: str = "",
    ) -> CheckoutFact | None:
        """Search the sessions of a window (both ends included) for our mark; see PaymentGateway."""
        filters: dict[str, Any] = {"created": {"gte": _unix(created_after)}}
        if created_before is not None:
            filters["created"]["lte"] = _unix(created_before)
        if customer_ref:
            filters["customer"] = customer_ref
        searched = 0
        for session in islice(self._all("/v1/checkout/sessions", filters), self._search_limit):
            if attempt_mark(session) == attempt_id:
                return checkout_of_session(session)
            searched += 1
        if searched == self._search_limit:
            raise Unavailable(f"not among the newest {searched} checkouts of the window; narrow it")
        return None

    def list_events(
        self, *, created_after: datetime, types: Sequence[str], limit: int = EVENTS_LIMIT
    ) -> Iterator[bytes]:
        """Events as JSON, newest first, at most 30 days back; see PaymentGateway. At most 20 types."""
        if not 1 <= len(types) <= EVENT_TYPES_LIMIT:
            raise ValueError(f"Stripe filters events by 1 to {EVENT_TYPES_LIMIT} types")
        filters = {"created": {"gte": _unix(created_after)}, "types": list(types)}
        for event in islice(self._all("/v1/events", filters), limit):
            yield json.dumps(event, separators=(",", ":")).encode()

    def _payment_of_checkout(self, checkout_ref: str) -> PaymentFact:
        expand = ["payment_intent", "payment_intent.latest_charge"]
        return payment_of_session(
            self._call("get", f"/v1/checkout/sessions/{_segment(checkout_ref)}", {"expand": expand})
        )

    def _payment_of_intent(self, payment_ref: str) -> PaymentFact:
        """By the session that owns the intent; an intent without one was not made by a checkout of ours."""
        expand = ["data.payment_intent", "data.payment_intent.latest_charge"]
        owner = {"payment_intent": payment_ref, "limit": 1, "expand": expand}
        sessions = self._call("get", "/v1/checkout/sessions", owner)["data"]
        if sessions:
            return payment_of_session(sessions[0])
        path = f"/v1/payment_intents/{_segment(payment_ref)}"
        return payment_of_intent(self._call("get", path, {"expand": ["latest_charge"]}))

    def _all(self, path: str, filters: Mapping[str, Any]) -> Iterator[Json]:
        """All items of a list, newest first, a page at a time; every caller stops at a limit of its own."""
        parameters = {**filters, "limit": self._page_limit}
        while True:
            page = self._call("get", path, parameters)
            yield from page["data"]
            if not page["has_more"] or not page["data"]:
                return
            parameters["starting_after"] = page["data"][-1]["id"]

    def _call(self, method: str, path: str, parameters: Mapping[str, Any], **options: str) -> Any:
        try:
            return self._client.raw_request(method, path, **parameters, **options).data
        except stripe.StripeError as error:
            raise family_of(error) from error


def _session_parameters(request: CheckoutRequest) -> "SessionCreateParams":
    """Depends on the request alone: a repeat under the same key must carry the same parameters to the letter."""
    mark = {ATTEMPT_MARK: request.attempt_id}
    parameters: SessionCreateParams = {
        "mode": "payment",
        "line_items": [_line_item(request.currency, *line) for line in request.lines],
        "client_reference_id": request.attempt_id,
        "metadata": mark,
        # events of the intent carry the intent's metadata, not the session's
        "payment_intent_data": {"metadata": mark},
        "success_url": request.success_url,
        "cancel_url": request.cancel_url,
        "expires_at": _unix(request.expires_at),
    }
    if request.customer_ref:
        parameters["customer"] = request.customer_ref
    else:
        # a customer from the first payment on, so that the next one can be found by it
        parameters["customer_creation"] = "always"
        if request.customer_email:
            parameters["customer_email"] = request.customer_email
    return parameters


def _line_item(currency: str, description: str, quantity: int, unit_minor: int) -> "SessionCreateParamsLineItem":
    return {
        "price_data": {
            "currency": currency.lower(),
            "unit_amount": unit_minor,
            "product_data": {"name": description},
        },
        "quantity": quantity,
    }


def _unix(moment: datetime) -> int:
    if moment.tzinfo is None:
        raise ValueError("times are aware UTC")
    return int(moment.timestamp())


def _segment(reference: str) -> str:
    """A reference as one piece of a path, whatever it contains."""
    return quote(reference, safe="")
