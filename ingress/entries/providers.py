"""Who does something for us, and whether they are called."""

from ingress.entries.entry import Entry, Says, ShowsAll
from ingress.queries.providers import providers
from schemas.commands.providers import DisableProvider, EnableProvider

ROOT = "/v1/admin/providers/"

ENTRIES = (
    Entry("GET", ROOT, ShowsAll("providers:read", providers)),
    Entry("POST", f"{ROOT}{{provider}}/enable/", Says(EnableProvider, "provider")),
    Entry("POST", f"{ROOT}{{provider}}/disable/", Says(DisableProvider, "provider")),
)
