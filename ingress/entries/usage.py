"""Usage: events, what is reserved for work under way, and what operations cost in credits."""

from ingress.entries.entry import Asks, Entry, Says, ShowsAll, ShowsOne
from ingress.queries.filters import OfAccount, UsageFilter
from ingress.queries.usage import all_costs, analytics, analytics_of, costs, reservation, reservations
from schemas.commands.usage import (
    RecordUsage,
    ReleaseUsage,
    ReserveUsage,
    SetCreditCost,
    SetCreditOverdraftMax,
    SettleUsage,
)

ROOT = "/v1/usage/"
RESERVATIONS = f"{ROOT}reservations/"
ONE = f"{RESERVATIONS}{{id:uuid}}/"
COSTS = "/v1/admin/credit-costs/"

ENTRIES = (
    Entry("POST", ROOT, Says(RecordUsage)),
    Entry("GET", RESERVATIONS, Asks("usage:read", OfAccount, reservations)),
    Entry("POST", RESERVATIONS, Says(ReserveUsage)),
    Entry("GET", ONE, ShowsOne("usage:read", reservation, "reservation_id")),
    Entry("POST", f"{ONE}settle/", Says(SettleUsage, "reservation_id")),
    Entry("POST", f"{ONE}release/", Says(ReleaseUsage, "reservation_id")),
    Entry("GET", "/v1/account/usage/analytics/", Asks("usage:read", UsageFilter, analytics)),
    Entry("GET", "/v1/accounts/{id:uuid}/usage/analytics/", ShowsOne("usage:read", analytics_of, "account_id")),
    Entry("GET", "/v1/billing/credits/costs/", ShowsAll("credits:read", costs)),
    Entry("GET", COSTS, ShowsAll("credit_costs:read", all_costs)),
    Entry("POST", COSTS, Says(SetCreditCost)),
    Entry("POST", "/v1/admin/accounts/{id:uuid}/credit-overdraft-max/", Says(SetCreditOverdraftMax, "account_id")),
)
