"""Test clocks (https://docs.stripe.com/billing/testing/test-clocks)."""

from datetime import datetime

from gateways.stripe.calls import Calls, segment, unix
from gateways.stripe.subscription_shapes import clock_of
from schemas.facts.customers import ClockFact

CLOCKS = "/v1/test_helpers/test_clocks"


class Clocks(Calls):
    """Makes time pass for customers who were made on a test clock."""

    def create_clock(self, name: str, frozen_at: datetime, *, idempotency_key: str) -> ClockFact:
        """Make a clock that stands at this moment; see VirtualClocks."""
        return clock_of(self._post(CLOCKS, {"frozen_time": unix(frozen_at), "name": name}, idempotency_key))

    def advance_clock(self, clock_ref: str, frozen_at: datetime) -> ClockFact:
        """Start moving a clock that is ready; see VirtualClocks. Rejected while it still moves."""
        path = f"{CLOCKS}/{segment(clock_ref)}/advance"
        return clock_of(self._call("post", path, {"frozen_time": unix(frozen_at)}))

    def fetch_clock(self, clock_ref: str) -> ClockFact:
        """The clock now; Rejected `resource_missing` for one that Stripe does not know."""
        return clock_of(self._call("get", f"{CLOCKS}/{segment(clock_ref)}", {}))
