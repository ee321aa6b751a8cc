"""Rights to what was done, and to what waits for a second person.

What was done is added, and read. What is personal of it may be erased, and nothing is ever changed."""

from collections.abc import Mapping

from database.rights.decision import READS, READS_AND_ADDS, Decision, Rights, changes

ERASES = Rights(reads=True, adds=True, removes=True)

AUDIT: Mapping[str, Decision] = {
    # the door writes down who of the company's own people has read what
    "audit_entries": Decision(READS_AND_ADDS, door=READS_AND_ADDS),
    "audit_personal": Decision(ERASES, door=READS_AND_ADDS),
    "audit_links": Decision(READS_AND_ADDS, door=READS),
    # one that has its place waits for none
    "audit_unchained": Decision(ERASES, door=Rights(adds=True)),
    # what is approved stays as it was shown; above how much a second person is needed is the operator's
    "approvals": Decision(changes("status", "decided_by", "decided_at", "reason"), door=READS),
    "second_person_limits": Decision(READS),
}  # fmt: skip
