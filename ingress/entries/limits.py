"""What an account has in use of what its plan allows."""

from ingress.entries.entry import Asks, Entry, Says, ShowsOne
from ingress.queries.filters import OfAccount
from ingress.queries.limits import account_limits, own_limits
from schemas.commands.limits import ReportCounts

ONE = "/v1/accounts/{id:uuid}/limits/"
OWN = "/v1/account/limits/"

ENTRIES = (
    Entry("GET", ONE, ShowsOne("accounts:read", account_limits, "account_id")),
    Entry("POST", f"{ONE}usage/", Says(ReportCounts, "account_id")),
    Entry("GET", OWN, Asks("accounts:read", OfAccount, own_limits)),
)
