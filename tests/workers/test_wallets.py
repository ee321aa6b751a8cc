"""A wallet is charged for renewals as a card is: by itself, or when the card is refused for good, and the other way."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import permutations
from uuid import UUID

import pytest
from sqlalchemy import update

from billing.cards.tables import Card
from billing.cards.views import show_cards
from billing.dunning.tables import Dunning, DunningState
from billing.invoices.tables import InvoiceStatus
from billing.outcomes.change_default import change_default
from billing.outcomes.save_card import save_card
from calls.hear_card import record_card
from database.engine import Database
from database.memory import WorkState
from gateways.registry import VENDORS
from schemas.commands.payments import RemovePaymentMethod, SetDefaultPaymentMethod
from schemas.facts.customers import CustomerFact
from tests.toy_vendor.office import opened
from tests.toy_wallet import vendor
from tests.toy_wallet.office import Wallet, WalletOffice
from tests.workers.owing import Dunned
from workers.wiring import Work

PRICE = 9_900


@pytest.fixture
def purses(monkeypatch: pytest.MonkeyPatch) -> Iterator[WalletOffice]:
    """A second vendor, that keeps wallets."""
    monkeypatch.setitem(VENDORS, "purse", "tests.toy_wallet")
    with opened(WalletOffice()) as office:
        monkeypatch.setattr(vendor, "address", office.url)
        yield office


@pytest.fixture
def wallet(work: Work, purses: WalletOffice, debtor: Dunned) -> UUID:
    """Of somebody whose card was declined for a renewal a moment ago."""
    purses.wallets["purse-1"] = Wallet(f"owner-{debtor.account_id}", "a***@example.com")
    fact = work.gateway("purse").saved_methods.fetch_card(card_ref="purse-1")
    assert fact is not None
    with work.database.transaction() as session:
        return save_card(session, debtor.account_id, fact, work.wall().at)


def test_a_card_that_is_refused_for_good_has_the_wallet_pay(debtor: Dunned, wallet: UUID, purses: WalletOffice) -> None:
    debtor.card_declines("stolen_card")
    debtor.sweep(2)
    debtor.do("charge")
    assert (debtor.attempts()[-1].card_id, debtor.attempts()[-1].gateway) == (wallet, "purse")
    debtor.do("charge")
    assert (debtor.invoice().status, debtor.dunning().state) == (InvoiceStatus.PAID, DunningState.RECOVERED)
    assert (debtor.taken(), purses.taken()) == ([PRICE], [PRICE]), "the first month, and this one"


def test_a_decline_that_may_pass_leaves_the_wallet_alone(debtor: Dunned, wallet: UUID, purses: WalletOffice) -> None:
    debtor.sweep(2)
    debtor.do("charge")
    assert debtor.invoice().status is InvoiceStatus.PENDING
    assert purses.charges == {}


def test_under_a_policy_without_other_methods_the_wallet_is_left_alone(
    debtor: Dunned, wallet: UUID, purses: WalletOffice, books_of_owner: Database
) -> None:
    """A dunning goes by the policy as it was when it began."""
    with books_of_owner.transaction() as session:
        dunning = session.get_one(Dunning, debtor.invoice_id)
        dunning.policy = {**dunning.policy, "tries_other_cards": False}
    debtor.card_declines("stolen_card")
    debtor.sweep(2)
    debtor.do("charge")
    assert debtor.invoice().status is InvoiceStatus.PENDING
    assert purses.charges == {}


def test_a_wallet_that_is_refused_for_good_has_the_card_pay(
    work: Work, debtor: Dunned, wallet: UUID, purses: WalletOffice
) -> None:
    """At the next planned try: the card had been tried before, and may pay later."""
    purses.wallets["purse-1"].decline = "invalid_account"
    with work.database.transaction() as session:
        change_default(session, debtor.account_id, wallet, work.wall().at, chosen_at=work.wall().at)
    debtor.do("charge")
    debtor.card_declines(None)
    debtor.sweep(4)
    debtor.do("charge")
    assert [(each.gateway, each.status.value) for each in debtor.attempts()] == [
        ("stripe", "failed"), ("purse", "failed"), ("stripe", "captured"),
    ]  # fmt: skip
    assert (debtor.invoice().status, debtor.taken(), purses.taken()) == (InvoiceStatus.PAID, [PRICE, PRICE], [])


def test_a_wallet_that_is_named_is_charged_at_once_for_what_waits(
    debtor: Dunned, wallet: UUID, purses: WalletOffice
) -> None:
    named = debtor.command(SetDefaultPaymentMethod(card_id=wallet))
    assert named.state is WorkState.DONE, named.problem
    debtor.do("charge")
    assert (debtor.invoice().status, purses.taken()) == (InvoiceStatus.PAID, [PRICE])


def test_a_wallet_is_removed_here_and_there(debtor: Dunned, wallet: UUID, purses: WalletOffice) -> None:
    removed = debtor.command(RemovePaymentMethod(card_id=wallet))
    assert removed.state is WorkState.DONE, removed.problem
    assert purses.wallets == {}
    debtor.card_declines("stolen_card")
    debtor.sweep(2)
    debtor.do("charge")
    assert (debtor.invoice().status, purses.charges) == (InvoiceStatus.PENDING, {})


def test_a_wallet_that_its_vendor_has_forgotten_is_charged_no_more(
    work: Work, debtor: Dunned, wallet: UUID, purses: WalletOffice
) -> None:
    purses.wallets.clear()
    fact = work.gateway("purse").saved_methods.fetch_card(card_ref="purse-1")
    assert fact is not None
    with work.database.transaction() as session:
        record_card(session, fact, None, chosen=False, told_at=work.wall().at, wall=work.wall())
        assert [each.kind for each in show_cards(session, debtor.account_id).data] == ["card"]


class Choices:
    """What is told of wallets that were saved to be charged, one minute after the other, in whatever order."""

    def __init__(self, work: Work, debtor: Dunned, purses: WalletOffice) -> None:
        self.work, self.debtor, self.purses = work, debtor, purses
        self.began_at = work.wall().at - timedelta(hours=1)

    def hear(self, number: int) -> None:
        reference, owner = f"purse-{number}", f"owner-{self.debtor.account_id}"
        self.purses.wallets.setdefault(reference, Wallet(owner, f"{number}***@example.com"))
        fact = self.work.gateway("purse").saved_methods.fetch_card(card_ref=reference)
        customer = CustomerFact("purse", owner, account_id=str(self.debtor.account_id))
        told_at = self.began_at + timedelta(minutes=number)
        assert fact is not None
        with self.work.database.transaction() as session:
            record_card(session, fact, customer, chosen=True, told_at=told_at, wall=self.work.wall())

    def hear_of_now(self, number: int) -> None:
        """Saved at this moment, told in whole seconds."""
        self.began_at = self.work.wall().at.replace(microsecond=0) - timedelta(minutes=number)
        self.hear(number)

    def charged(self) -> str:
        with self.work.database.transaction() as session:
            (card,) = [each for each in show_cards(session, self.debtor.account_id).data if each.is_default]
        return card.holder[0] if card.holder else card.kind

    def choose_card(self) -> None:
        with self.work.database.transaction() as session:
            cards = show_cards(session, self.debtor.account_id).data
        (card,) = [each.id for each in cards if each.kind == "card"]
        assert self.debtor.command(SetDefaultPaymentMethod(card_id=card)).state is WorkState.DONE


@pytest.fixture
def choices(work: Work, debtor: Dunned, purses: WalletOffice, books_of_owner: Database) -> Choices:
    """Their card was chosen long before."""
    with books_of_owner.transaction() as session:
        session.execute(update(Card).values(chosen_at=work.wall().at - timedelta(days=40)))
    return Choices(work, debtor, purses)


@pytest.mark.parametrize("order", [*permutations((1, 2, 3)), (3, 1, 3, 2, 1)])
def test_in_whatever_order_choices_are_told_of_the_last_one_counts(choices: Choices, order: tuple[int, ...]) -> None:
    for number in order:
        choices.hear(number)
    assert choices.charged() == "3"


def test_what_was_chosen_here_since_is_not_taken_back_by_late_news(choices: Choices) -> None:
    choices.hear(1)
    choices.choose_card()
    for number in (1, 2):
        choices.hear(number)
    assert choices.charged() == "card"


def test_who_chooses_here_chooses_last_though_another_workers_clock_is_ahead(
    work: Work, choices: Choices, books_of_owner: Database
) -> None:
    choices.hear(1)
    ahead = work.wall().at.replace(microsecond=0) + timedelta(seconds=20)
    with books_of_owner.transaction() as session:
        session.execute(update(Card).where(Card.is_default).values(chosen_at=ahead))
    choices.choose_card()
    assert choices.charged() == "card"


def test_what_is_chosen_here_again_stays_though_a_wallet_is_told_of_late(work: Work, choices: Choices) -> None:
    """The card was charged all the time: choosing it once more is a choice."""
    choices.choose_card()
    choices.hear(1)
    assert choices.charged() == "card"


def test_news_of_the_future_outrank_no_choice_that_is_made_later(work: Work, choices: Choices) -> None:
    choices.began_at = work.wall().at + timedelta(days=365)
    choices.hear(1)
    choices.hear_of_now(2)
    assert choices.charged() == "2"


def test_a_wallet_is_shown_by_its_holder_and_does_not_expire(work: Work, debtor: Dunned, wallet: UUID) -> None:
    with work.database.transaction() as session:
        shown = show_cards(session, debtor.account_id).data[-1]
    assert (shown.id, shown.kind, shown.brand, shown.holder) == (wallet, "wallet", "Purse", "a***@example.com")
    assert (shown.last4, shown.exp_month, shown.exp_year) == (None, None, None)
