"""A card is stolen between two tries: the next one of the customer pays, at the gateway as in the books."""

from billing.cards.queries import cards_in_order
from billing.cards.tables import Card
from billing.dunning.tables import DunningState
from billing.invoices.tables import InvoiceStatus
from billing.payments.tables import PaymentAttempt
from tests.gateways.sandbox_process import Sandbox
from tests.workers.owing import Dunned
from workers.wiring import Work


def _keys(attempts: list[PaymentAttempt]) -> set[str]:
    return {attempt.request["idempotency_key"] for attempt in attempts}


def test_a_renewal_that_is_refused_for_good_is_paid_by_the_next_card(work: Work, debtor: Dunned) -> None:
    second = debtor.save_another()
    debtor.card_declines("stolen_card")
    assert debtor.sweep(2)[0] == 1
    debtor.do("charge")
    with work.database.transaction() as session:
        assert [card.id for card in cards_in_order(session, debtor.account_id)][1] == second
    assert debtor.story() == [("charge", "failed"), ("charge", "failed"), ("charge", "created")]
    assert debtor.attempts()[-1].card_id == second

    debtor.do("charge")
    assert debtor.story()[-1] == ("charge", "captured")
    assert len(_keys(debtor.attempts())) == 3
    assert (debtor.invoice().status, debtor.dunning().state) == (InvoiceStatus.PAID, DunningState.RECOVERED)
    assert debtor.taken() == [9_900, 9_900]


def test_an_answer_that_is_lost_moves_no_other_card(debtor: Dunned, module_sandbox: Sandbox) -> None:
    """The first card may have paid: until that is known the second one is left alone."""
    debtor.save_another()
    debtor.card_declines(None)
    assert debtor.sweep(2)[0] == 1
    module_sandbox.arm("answer_lost", method="POST", path="/v1/payment_intents", count=1)
    debtor.do("charge")
    assert debtor.story()[-1] == ("charge", "unknown")
    debtor.do("charge")
    assert debtor.story() == [("charge", "failed"), ("charge", "captured")]
    assert debtor.taken() == [9_900, 9_900]


def test_a_page_that_nobody_paid_has_the_stolen_card_charged_no_more(
    work: Work, debtor: Dunned, module_sandbox: Sandbox
) -> None:
    """The default was refused for good, the other one for now: both wait for their plan when the page is over."""
    second = debtor.save_another()
    debtor.card_declines("stolen_card")
    with work.database.transaction() as session:
        module_sandbox.card_declines(session.get_one(Card, second).card_ref, "insufficient_funds")
    debtor.sweep(2)
    debtor.do("charge")
    debtor.do("charge")
    debtor.open_page()
    debtor.let_page_expire()
    debtor.hear()
    assert debtor.story()[2:] == [("charge", "failed"), ("page", "expired")]
