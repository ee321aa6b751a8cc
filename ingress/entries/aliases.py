"""Other names of routes: the same command or query, for the same callers. The name that counts stands on the right."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ingress.entries.entry import Entry, Method

BILLING = "/v1/billing/"
SUBSCRIPTION = f"{BILLING}subscriptions/{{id:uuid}}/"
METHOD = f"{BILLING}payment-methods/{{id:uuid}}/"

ALIASES: Mapping[tuple[Method, str], tuple[Method, str]] = {
    # as it was called when there was one gateway
    ("POST", f"{SUBSCRIPTION}sync-from-stripe/"): ("POST", f"{SUBSCRIPTION}sync-with-gateway/"),
    # as they were called before the names of the guide
    ("POST", f"{BILLING}subscriptions/"): ("POST", f"{BILLING}subscriptions/create/"),
    ("POST", f"{BILLING}stripe/subscription-checkout/"): ("POST", f"{BILLING}stripe/checkout/"),
    ("POST", f"{BILLING}stripe/portal/"): ("POST", f"{BILLING}stripe/billing-portal/"),
    ("POST", f"{BILLING}payment-methods/"): ("POST", f"{BILLING}payment-methods/add/"),
    ("POST", f"{METHOD}remove/"): ("DELETE", METHOD),
    # disputes are the account's, too; they were the administration's alone
    ("GET", "/v1/admin/disputes/"): ("GET", f"{BILLING}disputes/"),
    ("GET", "/v1/admin/disputes/{id:uuid}/"): ("GET", f"{BILLING}disputes/{{id:uuid}}/"),
    ("GET", "/v1/admin/disputes/{id:uuid}/evidence.pdf/"): ("GET", f"{BILLING}disputes/{{id:uuid}}/evidence.pdf/"),
    # the company's own people find everything under one root
    ("GET", "/v1/admin/invoices/"): ("GET", f"{BILLING}invoices/"),
    ("GET", "/v1/admin/invoices/{id:uuid}/"): ("GET", f"{BILLING}invoices/{{id:uuid}}/"),
    ("GET", "/v1/admin/invoices/{id:uuid}/pdf/"): ("GET", f"{BILLING}invoices/{{id:uuid}}/pdf/"),
    ("POST", "/v1/admin/invoices/{id:uuid}/send/"): ("POST", f"{BILLING}invoices/{{id:uuid}}/send/"),
    ("GET", "/v1/admin/payments/"): ("GET", f"{BILLING}payments/"),
    ("GET", "/v1/admin/payments/{id:uuid}/"): ("GET", f"{BILLING}payments/{{id:uuid}}/"),
}


def under_other_names(named: Sequence[Entry]) -> list[Entry]:
    """The entries that the aliases stand for, each under its other name."""
    by_name = {(entry.method, entry.path): entry for entry in named}
    return [replace(by_name[name], method=method, path=path) for (method, path), name in ALIASES.items()]
