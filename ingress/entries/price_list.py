"""What is on offer, and how it is taxed: what the company's own people set."""

from ingress.entries.entry import Asks, Entry, Says, ShowsAll, ShowsOne
from ingress.queries.price_list import (
    ListedCouponFilter,
    TaxRateFilter,
    coupons,
    every_plan,
    one_coupon,
    one_plan,
    tax_rates,
)
from schemas.commands.price_list import (
    ArchiveCoupon,
    ArchivePlan,
    IssueCoupon,
    MigratePlan,
    PublishPlan,
    RestoreCoupon,
    RestorePlan,
    SetTaxRate,
)

READS = "price_list:read"
PLANS, COUPONS, TAXES = "/v1/admin/plans/", "/v1/admin/coupons/", "/v1/admin/tax-rates/"
PLAN, COUPON = f"{PLANS}{{id:uuid}}/", f"{COUPONS}{{id:uuid}}/"

ENTRIES = (
    Entry("GET", PLANS, ShowsAll(READS, every_plan)),
    Entry("POST", PLANS, Says(PublishPlan)),
    Entry("GET", PLAN, ShowsOne(READS, one_plan)),
    Entry("POST", f"{PLAN}archive/", Says(ArchivePlan, "plan_id")),
    Entry("POST", f"{PLAN}restore/", Says(RestorePlan, "plan_id")),
    Entry("POST", f"{PLAN}migrate/", Says(MigratePlan, "plan_id")),
    Entry("GET", COUPONS, Asks(READS, ListedCouponFilter, coupons)),
    Entry("POST", COUPONS, Says(IssueCoupon)),
    Entry("GET", COUPON, ShowsOne(READS, one_coupon)),
    Entry("POST", f"{COUPON}archive/", Says(ArchiveCoupon, "coupon_id")),
    Entry("POST", f"{COUPON}restore/", Says(RestoreCoupon, "coupon_id")),
    Entry("GET", TAXES, Asks(READS, TaxRateFilter, tax_rates)),
    Entry("POST", TAXES, Says(SetTaxRate)),
)
