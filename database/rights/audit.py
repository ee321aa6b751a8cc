"""Rights to what was done, and to what waits for a second person.

What was done is added, and read. What is personal of it may be erased, and nothing is ever changed."""

from collections.abc import Mapping

from database.rights.decision import READS, READS_AND_ADDS, Decision, Rights, changes
from database.rights.whose import OF_SELLER, nobodys

FOR_WATCHERS = OF_SELLER.taking("audit:read").added_to_by_all()
ERASES = Rights(reads=True, adds=True, removes=True)
ADDS = Rights(adds=True)

AUDIT: Mapping[str, Decision] = {
    # the door and the console write down who of the company's own people has read what
    "audit_entries": Decision(READS_AND_ADDS, door=READS_AND_ADDS, console=READS_AND_ADDS, whose=FOR_WATCHERS),
    "audit_personal": Decision(ERASES, door=READS_AND_ADDS, console=READS_AND_ADDS, whose=FOR_WATCHERS),
    "audit_links": Decision(READS_AND_ADDS, door=READS, whose=FOR_WATCHERS),
    # one that has its place waits for none
    "audit_unchained": Decision(ERASES, door=ADDS, console=ADDS, whose=nobodys("ids, which the door does not read")),
    # what is approved stays as it was shown; above how much a second person is needed is the operator's
    "approvals": Decision(
        changes("status", "decided_by", "decided_at", "reason"), door=READS, whose=OF_SELLER.taking("approvals:read")
    ),
    "second_person_limits": Decision(READS),
    # what counts together, so that slices need a second person, too
    "done_alone": Decision(READS_AND_ADDS),
}  # fmt: skip
