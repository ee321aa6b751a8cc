"""Stop mail to addresses where it came back for good, or whose owner called it spam."""

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.mail.queries import key_of
from billing.mail.tables import StoppedAddress, StopReason
from schemas.facts.mails import MailFact, MailNews

REASONS = {MailNews.BOUNCED: StopReason.BOUNCED, MailNews.COMPLAINED: StopReason.COMPLAINED}


def stop_address(session: Session, fact: MailFact) -> None:
    """Write down what was told. News that pass by themselves (a full mailbox, a delay) stop nothing.

    The first reason stands. What happened before a person lifted it, and is told late, does not stop it anew.
    """
    reason = REASONS.get(fact.news)
    if reason is None or not fact.is_for_good:
        return
    rows = [
        {"address": address, "reason": reason, "said": fact.said, "email_ref": fact.email_ref,
         "stopped_at": fact.happened_at}
        # in one order: two events about the same recipients never wait for each other
        for address in sorted({key_of(each) for each in fact.addresses})
    ]  # fmt: skip
    if not rows:
        return
    written = insert(StoppedAddress).values(rows)
    told = written.excluded
    again = written.on_conflict_do_update(
        index_elements=["address"],
        set_={
            "reason": told.reason, "said": told.said, "email_ref": told.email_ref, "stopped_at": told.stopped_at,
            "lifted_at": None, "lifted_by": "",
        },
        where=StoppedAddress.lifted_at < told.stopped_at,
    )  # fmt: skip
    session.execute(again)
