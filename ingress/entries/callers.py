"""Who may call: keys and staff. They are made and ended at the command line, where a terminal alone sees a secret."""

from ingress.entries.entry import Entry, ShowsAll
from ingress.queries.callers import api_keys, staff

ENTRIES = (
    Entry("GET", "/v1/admin/api-keys/", ShowsAll("callers:read", api_keys)),
    Entry("GET", "/v1/admin/staff/", ShowsAll("callers:read", staff)),
)
