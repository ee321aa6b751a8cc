"""Test clocks. Refused by the workers where real money moves."""

from billing.clocks.queries import show_clock
from ingress.entries.entry import Asks, Entry, Says, ShowsOne
from ingress.queries.clocks import clocks
from ingress.queries.filters import PageFilter
from schemas.commands.clocks import AdvanceTestClock, CreateTestClock

ROOT = "/v1/test-clocks/"
ONE = f"{ROOT}{{id:uuid}}/"

ENTRIES = (
    Entry("GET", ROOT, Asks("clocks:read", PageFilter, clocks)),
    Entry("POST", ROOT, Says(CreateTestClock)),
    Entry("GET", ONE, ShowsOne("clocks:read", show_clock)),
    Entry("POST", f"{ONE}advance/", Says(AdvanceTestClock, "test_clock_id")),
)
