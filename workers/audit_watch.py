"""Keep the audit's chain: chain what was written, publish where it ends, and prove that nothing of it was changed."""

import structlog

from database.audit.chain import ENTRIES_MAX, Head, chain, read_head
from database.audit.verify import verify
from workers.wiring import Work

log = structlog.get_logger(__name__)

# half a minute's work at most; what is left has the next tick, five seconds later
ROUNDS_MAX = 20
# Each hour the newest are proved, and a part of the older ones, so that ten million entries have had their turn after
# a week. On a machine that was busy with other things 2,300 were proved in a second: a task has ninety of these.
NEWEST = 10_000
OLDER = 60_000
HOUR_SECONDS = 3_600


def chain_audit(work: Work) -> None:
    """Chain all that is committed, a bounded amount in each transaction."""
    for _ in range(ROUNDS_MAX):
        with work.database.transaction() as session:
            chained = chain(session)
        if chained < ENTRIES_MAX:
            return


def verify_audit(work: Work) -> None:
    """Prove the newest links and this hour's part of the older ones; each finding is an alarm.

    Then say in the log where the chain ends: a log that is kept elsewhere holds the whole chain to that. It is said
    before anything is proved, so that it is said whatever is found.
    """
    with work.database.transaction() as session:
        head = read_head(session)
    log.info("audit_head", seq=head.seq, hash=head.hash)
    hour = int(work.wall().at.timestamp()) // HOUR_SECONDS
    for first, last in _parts(head, hour):
        with work.database.transaction() as session:
            for progress in verify(session, first, last):
                for finding in progress.findings:
                    log.error("audit_broken", seq=finding.seq, finding=finding.what)


def _parts(head: Head, hour: int) -> list[tuple[int, int]]:
    """Which places are looked at in this hour, both ends included; one hour after the other all have their turn."""
    newest = max(1, head.seq - NEWEST + 1)
    if newest == 1:
        return [(1, head.seq)]
    turns = -(-(newest - 1) // OLDER)
    first = 1 + hour % turns * OLDER
    return [(first, min(first + OLDER - 1, newest - 1)), (newest, head.seq)]
