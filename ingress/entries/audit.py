"""What was done, and by whom."""

from ingress.entries.entry import Asks, Entry, ShowsAll, ShowsOne
from ingress.queries.audit import AuditFilter, audit_entries, audit_entry, audit_head

AUDIT = "/v1/admin/audit/"

ENTRIES = (
    Entry("GET", AUDIT, Asks("audit:read", AuditFilter, audit_entries)),
    Entry("GET", f"{AUDIT}head/", ShowsAll("audit:read", audit_head)),
    Entry("GET", f"{AUDIT}{{id:uuid}}/", ShowsOne("audit:read", audit_entry)),
)
