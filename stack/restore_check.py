"""`cashbeat restore-check`: bring restored books up to date, or tell what that would do."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from billing.credit_notes.issue import credit_note_number
from billing.errors import BillingError
from billing.invoices.rules import number_in
from billing.outcomes.restore_payment import Restored
from calls.find_forgotten import find_forgotten
from calls.heal_books import Report, RestoreContradiction, heal_books
from database import engine
from database.lineage import is_restored
from settings import Settings
from stack.deeds import audited
from stack.errors import StackError
from stack.explaining import explaining
from stack.sessions import reading, url_to_read
from stack.stores import database_urls
from stack.wired import wired
from workers.wiring import Work

EXAMPLES_MAX = 5
SENTENCES = {
    Restored.PURCHASE: "purchases are in the books again, under their numbers where these were found",
    Restored.INVOICE: "payments pay the invoices again which they paid",
    Restored.KEPT: "other payments are kept for their accounts, whose next invoices they pay (see `cashbeat parked`)",
    Restored.ACCOUNT_UNKNOWN: "payments are of accounts that the books do not know; their events will be parked",
    Restored.NOTHING: "are not paid, and are left alone",
}


def restore_check(
    settings: Settings, *, apply: bool, since: datetime | None, numbers_unseen: int, say: Callable[[str], None]
) -> Report:
    """Look at gateways and sent e-mails, and heal the books, or only say how. As the owner: nobody else is let in yet.

    Raises StackError when a gateway does not answer, or when what is found does not fit the books.
    """
    with _owner_url(settings, apply) as url, explaining(url), engine.opened(url) as database:
        try:
            return _check(wired(settings, database), apply, since, numbers_unseen, say)
        except (BillingError, RestoreContradiction) as error:
            raise StackError(f"nothing was written: {error}") from error


@contextmanager
def _owner_url(settings: Settings, apply: bool) -> Iterator[str]:
    """To heal the books an embedded server is started when none runs; to ask about them nothing is."""
    if apply:
        with database_urls(settings) as urls:
            yield urls.owner
        return
    with reading(settings):
        pass  # one that does not answer is given up as soon as by any command that only looks
    yield url_to_read(settings)


def summary(report: Report, *, applied: bool) -> Iterator[str]:
    """What was found, sentence by sentence."""
    for restored, sentence in SENTENCES.items():
        found = report.payments[restored]
        if found:
            yield f"{len(found)} {sentence}: {', '.join(found[:EXAMPLES_MAX])}{' ...' if found[EXAMPLES_MAX:] else ''}"
    for gap in report.gaps:
        first, last = number_in(gap.month, gap.first_number), number_in(gap.month, gap.last_number)
        yield f"{first} to {last} are left out: {gap.reason}"
    for note_gap in report.note_gaps:
        first, last = (credit_note_number(note_gap.month, n) for n in (note_gap.first_number, note_gap.last_number))
        yield f"{first} to {last} are left out: {note_gap.reason}"
    if report.replayed:
        yield f"{report.replayed} parked events run again"
    if applied:
        yield "the books are whole; workers are let in from now on"
    else:
        yield "nothing was written; `cashbeat restore-check --apply` does all this"


def _check(work: Work, apply: bool, since: datetime | None, numbers_unseen: int, say: Callable[[str], None]) -> Report:
    with work.database.transaction() as session:
        say("these books were restored from a backup" if is_restored(session) else "these books know of no restore")
    found = find_forgotten(work, since, say)
    with work.database.transaction() if apply else work.database.rehearsal() as session, audited(session):
        return heal_books(session, found, work.wall().at, numbers_unseen)
