"""Who is billed."""

from ingress.entries.entry import Entry, Says, ShowsOne
from ingress.queries.accounts import show_account
from schemas.commands.accounts import OpenAccount

ENTRIES = (
    Entry("POST", "/v1/accounts/", Says(OpenAccount)),
    Entry("GET", "/v1/accounts/{id:uuid}/", ShowsOne("accounts:read", show_account)),
)
