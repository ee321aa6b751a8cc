"""What a bank has taken back of a subscription is owed again, where the policy says so: dunned, and paid or not."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from billing.clocks.wall import Wall
from billing.dunning.tables import DunningEnd, DunningPolicy, DunningState, LostDisputes
from billing.invoices.attach_document import attach_document
from billing.invoices.tables import InvoiceStatus
from billing.notices.letterhead import Letterhead
from billing.notices.letters import LETTERS
from billing.notices.occasion import Occasion
from billing.subscriptions.tables import SubscriptionStatus
from database.outbox import OutboxEntry
from schemas.documents import PartyFacts
from schemas.facts.reversals import DisputeState
from tests.billing.contests import contest_facts
from tests.billing.dunning.dunned import JANUARY, Dunned
from tests.billing.gateway_facts import JANUARY_31, GatewayRun, invoice_of, line
from tests.billing.money_back import MoneyBack
from tests.billing.standing import publish
from tests.billing.subscribers import Books, utc

TENTH, TWENTIETH = utc("2026-01-25 10:00"), utc("2026-02-04 10:00")
LETTERHEAD = Letterhead(
    PartyFacts("Example SaaS Inc."), "https://app.example/", "", {}, "<{}>".format, "https://b.example/"
)


class Charged:
    """A customer of a plan whose bank takes back what was paid in January."""

    def __init__(self, books: Dunned, account_id: UUID, lost_disputes: LostDisputes) -> None:
        self.books, self.account_id = books, account_id
        slug = books.policy("strict", [2, 5], DunningEnd.CANCEL)
        with books.database.transaction() as session:
            session.execute(update(DunningPolicy).values(lost_disputes=lost_disputes))
        self.subscription_id = books.subscribe(account_id, JANUARY, dunning_policy=slug)
        books.answer(JANUARY)
        self.payment_id = MoneyBack(books, account_id).payments()[0].id

    def lose(self, reference: str = "dp_1", payment_id: UUID | None = None) -> None:
        """The bank has decided."""
        back = MoneyBack(self.books, self.account_id, TENTH)
        paid = next(each for each in back.payments() if each.id == (payment_id or self.payment_id))
        back.hear(paid.id, *contest_facts(reference, paid.amount_minor, DisputeState.LOST, at=TENTH))

    def print_invoice(self) -> None:
        """Its paper is ready, and its mail follows."""
        with self.books.database.transaction() as session:
            attach_document(session, self.books.invoices(self.account_id)[0].id, b"%PDF", Wall(TENTH), is_paid=True)

    def stands(self) -> tuple[InvoiceStatus, SubscriptionStatus]:
        """The invoice, and the subscription."""
        status = self.books.subscription(self.subscription_id).status
        return self.books.invoices(self.account_id)[0].status, status


@pytest.fixture
def charged(dunned: Dunned, ada: UUID) -> Charged:
    return Charged(dunned, ada, LostDisputes.OWED)


def test_it_is_dunned_as_a_card_that_is_refused_for_good(charged: Charged) -> None:
    charged.lose()
    assert charged.stands() == (InvoiceStatus.PENDING, SubscriptionStatus.PAST_DUE)
    dunning = charged.books.dunning()
    assert (dunning.state, dunning.attempts, dunning.needs_new_card) == (DunningState.OPEN, 0, True)
    assert charged.books.sweep(TENTH + timedelta(days=3)) == (0, 0), "the card that was disputed is not charged again"


def test_the_mail_says_that_the_bank_took_it_back(charged: Charged) -> None:
    charged.lose()
    with charged.books.database.transaction() as session:
        mail = session.scalars(select(OutboxEntry).where(OutboxEntry.topic == "payment_failed")).one()
        facts = LETTERS[mail.topic](session, Occasion(mail.subject_id, mail.cause, LETTERHEAD, Wall(TENTH)))
    assert (facts.failure, facts.needs_new_card) == ("<charged_back>", True)


def test_another_card_pays_it_and_everything_goes_on(charged: Charged) -> None:
    before = MoneyBack(charged.books, charged.account_id, TENTH).credits()
    charged.lose()
    assert charged.books.new_card(charged.account_id, TENTH) == 1
    charged.books.answer(TENTH)
    assert charged.stands() == (InvoiceStatus.PAID, SubscriptionStatus.ACTIVE)
    assert charged.books.dunning().state is DunningState.RECOVERED
    assert MoneyBack(charged.books, charged.account_id, TENTH).credits() == before


def test_whoever_contests_that_too_is_dunned_again_and_in_the_end_canceled(charged: Charged) -> None:
    charged.lose()
    charged.books.new_card(charged.account_id, TENTH)
    charged.books.answer(TENTH)
    second = MoneyBack(charged.books, charged.account_id).payments()[1].id
    charged.lose("dp_2", second)
    assert charged.books.dunning().state is DunningState.OPEN
    assert charged.books.sweep(TWENTIETH) == (0, 1)
    assert charged.stands() == (InvoiceStatus.UNCOLLECTIBLE, SubscriptionStatus.CANCELED)


def test_a_subscription_that_has_ended_is_not_dunned(charged: Charged) -> None:
    charged.books.cancel(charged.subscription_id, TENTH)
    charged.lose()
    assert charged.stands() == (InvoiceStatus.UNCOLLECTIBLE, SubscriptionStatus.CANCELED)


def test_where_the_policy_is_another_the_subscription_runs_on(dunned: Dunned, ada: UUID) -> None:
    charged = Charged(dunned, ada, LostDisputes.UNCOLLECTIBLE)
    charged.lose()
    assert charged.stands() == (InvoiceStatus.UNCOLLECTIBLE, SubscriptionStatus.ACTIVE)


def test_who_pays_after_all_is_told(charged: Charged) -> None:
    """Nothing begins the second time: it is a receipt and no more."""
    charged.print_invoice()
    charged.lose()
    charged.books.new_card(charged.account_id, TENTH)
    charged.books.answer(TENTH)
    charged.print_invoice()
    topics = ("invoice_pdf", "subscription_activated", "payment_confirmation")
    assert [charged.books.mails(topic) for topic in topics] == [2, 1, 1]


def test_a_change_of_plan_that_was_charged_back_is_paid_by_another_card(charged: Charged) -> None:
    """Long after the day on which it would have been dropped, had it not been paid."""
    publish(charged.books, "large", 19_900, 100)
    charged.books.change(charged.subscription_id, "large", JANUARY + timedelta(hours=1))
    charged.books.answer(JANUARY + timedelta(hours=1))
    charged.lose("dp_1", MoneyBack(charged.books, charged.account_id).payments()[1].id)
    assert charged.books.invoices(charged.account_id)[1].status is InvoiceStatus.PENDING
    assert charged.books.new_card(charged.account_id, TENTH) == 1
    charged.books.answer(TENTH)
    assert charged.books.invoices(charged.account_id)[1].status is InvoiceStatus.PAID


def test_what_a_gateway_wrote_is_not_dunned_by_us(run: GatewayRun, books: Books) -> None:
    run.hear(run.fact())
    with books.database.transaction() as session:
        session.execute(update(DunningPolicy).values(lost_disputes=LostDisputes.OWED))
    invoice_id = run.bill(invoice_of(line(9_900)))
    back = MoneyBack(books, run.account_id, JANUARY_31)
    back.contest(back.payments()[0].id, DisputeState.LOST, 9_900)
    assert run.invoice(invoice_id).status is InvoiceStatus.UNCOLLECTIBLE
