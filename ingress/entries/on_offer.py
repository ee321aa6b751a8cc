"""The price list."""

from ingress.entries.entry import Entry, ShowsAll
from ingress.queries.catalog import packages, plans, services

ENTRIES = (
    Entry("GET", "/v1/billing/plans/", ShowsAll("plans:read", plans)),
    Entry("GET", "/v1/billing/services/", ShowsAll("plans:read", services)),
    Entry("GET", "/v1/billing/credits/packages/", ShowsAll("credits:read", packages)),
)
