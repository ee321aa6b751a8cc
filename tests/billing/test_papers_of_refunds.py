"""The paper of a refund says where the money went, so it is drawn when the gateway has answered."""

from sqlalchemy import select

from billing.credit_notes.tables import CreditNote
from billing.notices.describe_credit_note import describe_credit_note
from database.outbox import OutboxEntry
from tests.billing.money_back import MoneyBack, failed, refunded
from tests.billing.test_notices import LETTERHEAD


def _drawn(books: MoneyBack) -> int:
    with books.database.transaction() as session:
        return len(session.scalars(select(OutboxEntry.id).where(OutboxEntry.topic == "credit_note_pdf")).all())


def _told(books: MoneyBack) -> tuple[int, int, bool]:
    """What went back by the one paper, what is kept, and whether it names a card that the money went to."""
    with books.database.transaction() as session:
        note_id = session.scalars(select(CreditNote.id)).one()
        facts = describe_credit_note(session, note_id, LETTERHEAD)
    return facts.refunded_minor, facts.kept_minor, facts.refunded_to is not None


def test_no_paper_leaves_before_the_gateway_has_answered(back: MoneyBack) -> None:
    payment = back.buy()
    refund_id = back.ask(payment, 1_000)
    assert _drawn(back) == 0
    for _ in range(2):
        back.answer(refund_id, refunded("re_1", 1_000, refund_id))
    assert (_drawn(back), _told(back)) == (1, (1_000, 0, True))


def test_of_what_the_gateway_refused_the_paper_says_that_it_is_kept(back: MoneyBack) -> None:
    payment = back.buy()
    refund_id = back.ask(payment, 1_000)
    back.answer(refund_id, failed("re_1", refund_id))
    assert (_drawn(back), _told(back)) == (1, (0, 1_000, False))


def test_what_was_refunded_in_the_dashboard_has_its_paper_at_once(back: MoneyBack) -> None:
    back.hear(back.buy(), refunded("re_1", 1_000))
    assert (_drawn(back), _told(back)) == (1, (1_000, 0, True))
