"""Hear what became of e-mails. Their sender's word is all there is: nothing is asked for again."""

from collections.abc import Sequence
from functools import partial

from sqlalchemy.orm import Session

from billing.mail.stop_address import stop_address
from database.inbox import InboxEvent
from schemas.facts.mails import MailFact
from workers import claims
from workers.wiring import Work


def hear_mails(work: Work, events: Sequence[InboxEvent]) -> None:
    """Write down each by itself; one that cannot be read is parked."""
    for event in events:
        with claims.attempt(work.database, event):
            fact = work.mail_reader.read(event.body.encode())
            claims.finish(work.database, event, partial(_record, fact))


def _record(fact: MailFact, session: Session) -> None:
    stop_address(session, fact)
