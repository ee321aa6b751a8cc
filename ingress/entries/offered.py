"""Which ways to pay are offered where, as the company's own people decide it."""

from ingress.entries.entry import Asks, Entry, Says, ShowsOne
from ingress.queries.offered import DecidedMethodFilter, decided_method, decided_methods
from schemas.commands.offered import OfferPaymentMethod, ResetPaymentMethods, UpdateOfferedMethod

READS = "ways_to_pay:read"
ROOT = "/v1/admin/payment-methods/"
ONE = f"{ROOT}{{id:uuid}}/"

ENTRIES = (
    Entry("GET", ROOT, Asks(READS, DecidedMethodFilter, decided_methods)),
    Entry("POST", ROOT, Says(OfferPaymentMethod)),
    Entry("POST", f"{ROOT}reset/", Says(ResetPaymentMethods)),
    Entry("GET", ONE, ShowsOne(READS, decided_method)),
    Entry("PATCH", ONE, Says(UpdateOfferedMethod, "offered_method_id")),
)
