"""The price list."""

from ingress.entries.entry import Asks, Entry, ShowsAll
from ingress.queries.catalog import CouponFilter, coupon, packages, plans, services

ENTRIES = (
    Entry("GET", "/v1/billing/plans/", ShowsAll("plans:read", plans)),
    Entry("GET", "/v1/billing/services/", ShowsAll("plans:read", services)),
    Entry("GET", "/v1/billing/coupons/{code}/", Asks("plans:read", CouponFilter, coupon)),
    Entry("GET", "/v1/billing/credits/packages/", ShowsAll("credits:read", packages)),
)
