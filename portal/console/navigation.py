"""Where the navigation of the console leads, and who is shown the way. The page asks for the permission again."""

from portal.navigation import Way

NAVIGATION = (
    Way("/admin/dashboard", "System Dashboard", "dashboard:read"),
    Way("/admin/accounts", "Accounts", "accounts:search"),
    Way("/admin/invoices", "Invoices", "invoices:read"),
    Way("/admin/payments", "Payments", "payments:read"),
    Way("/admin/approvals", "Approvals", "approvals:read"),
    Way("/admin/operations", "Operations", "work:read"),
    Way("/admin/payment-methods", "Payment methods", "ways_to_pay:read"),
    Way("/admin/plans", "Plans", "price_list:read"),
    Way("/admin/credit-costs", "Credit costs", "credit_costs:read"),
    Way("/admin/coupons", "Coupons", "price_list:read"),
    Way("/admin/tax-rates", "Tax rates", "price_list:read"),
    Way("/admin/providers", "Providers", "providers:read"),
    Way("/admin/staff", "Staff", "callers:read"),
    Way("/admin/audit", "Audit", "audit:read"),
    Way("/admin/sessions", "Sessions", "operations:read"),
)
