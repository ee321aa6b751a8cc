"""Keep the lines of a file, each entry of the bank once, however many files have it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Text, any_, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from billing.statements.identity import Numbered, numbered
from billing.statements.tables import StatementLine
from database.ids import uuid7
from schemas.facts.statements import BankLine

Entry = tuple[str, int]
# only they wait for each other: whoever books or matches a line goes on
ONE_AT_A_TIME = func.pg_advisory_xact_lock(func.hashtextextended("statement_lines", 0))


def keep_lines(session: Session, lines: Sequence[BankLine], imported_by: str) -> list[UUID]:
    """All lines of a file, in its order, as they are kept now; of what was kept before nothing is written again.

    An entry that another file had as one sum stays one line, though this file may tell its payments. Who else imports
    waits until commit.
    """
    session.execute(select(ONE_AT_A_TIME))
    return _keep(session, list(numbered(lines)), imported_by)


def rehearse_lines(session: Session, lines: Sequence[BankLine], imported_by: str) -> list[UUID]:
    """The same in a rehearsal. New lines have names of their own there, so that who imports them does not wait."""
    named, own = list(numbered(lines)), uuid7()
    known = _known(session, named)
    renamed = [each if _entry(each) in known else each._replace(identity=f"{each.identity}/{own}") for each in named]
    return _keep(session, renamed, imported_by)


def _keep(session: Session, named: Sequence[Numbered], imported_by: str) -> list[UUID]:
    known = _known(session, named)
    session.add_all(_row(each, imported_by) for each in named if _entry(each) not in known)
    session.flush()
    kept = _known(session, named)
    return list(dict.fromkeys(line_id for each in named for line_id in kept[_entry(each)]))


def _entry(each: Numbered) -> Entry:
    return each.identity, each.occurrence


def _known(session: Session, named: Sequence[Numbered]) -> dict[Entry, list[UUID]]:
    """The lines of each entry that is kept, by their places in it."""
    identities = literal([each.identity for each in named], ARRAY(Text))
    found = select(StatementLine).where(StatementLine.identity == any_(identities))
    known: dict[Entry, list[UUID]] = {}
    for row in session.scalars(found.order_by(StatementLine.part)):
        known.setdefault((row.identity, row.occurrence), []).append(row.id)
    return known


def _row(each: Numbered, imported_by: str) -> StatementLine:
    line = each.line
    return StatementLine(
        id=uuid7(),
        account=line.account,
        identity=each.identity,
        occurrence=each.occurrence,
        part=line.part,
        booked_on=line.booked_on,
        amount_minor=line.amount_minor,
        entry_minor=line.entry_minor,
        currency=line.currency,
        bank_ref=line.bank_ref,
        reference=line.reference,
        text=line.text,
        payer=line.payer,
        payer_account=line.payer_account,
        is_reversal=line.is_reversal,
        is_collective=line.is_collective,
        imported_by=imported_by,
    )
