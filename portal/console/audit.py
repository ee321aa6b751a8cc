"""Who did what: searched, and one of it with what was before and after."""

from database.audit.tables import ActorKind
from ingress.queries.audit import AuditFilter, audit_entries, audit_entry
from portal.console.lists import Listed
from portal.console.showing import Content, Look
from portal.console.thing import Thing
from schemas.views.audit import AuditEntryView

READS = "audit:read"
ROOT = "/admin/audit"
AGES = {"-created": "newest first", "created": "oldest first"}


def _beside(look: Look, found: AuditEntryView) -> Content:
    """Each field that changed, as it was and as it is."""
    names = sorted({*found.before, *found.after})
    return {"changes": [(name, found.before.get(name, ""), found.after.get(name, "")) for name in names]}


LISTS = (
    Listed(
        ROOT, "console/audit.html", READS, AuditFilter, audit_entries,
        ("who", "kind", "account_id", "action", "operation_id", "since", "until"),
        {"sorts": AGES, "kinds": [str(each) for each in ActorKind]}, ("since", "until"),
    ),
)  # fmt: skip
THINGS = (Thing(f"{ROOT}/{{id}}", "console/audit_entry.html", READS, audit_entry, beside=_beside),)
