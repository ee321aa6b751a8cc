"""Cards of two gateways are chosen here, in a portal and on pages, and told of late: the last choice stands."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.accounts.open import open_account
from billing.cards.queries import get_default_card
from billing.clocks.wall import Wall
from billing.outcomes.save_card import save_card
from calls.hear_card import record_card
from calls.hear_customer import record_customer
from database.engine import Database
from database.ids import uuid7
from schemas.facts.customers import CardFact, CustomerFact, SavedKind
from tests.billing.charges import card
from tests.billing.conftest import ADA, NOON


class Choice(NamedTuple):
    """Where it was made, and how long nobody here heard of it; a card of the portal, or one chosen here, by name."""

    where: str
    card_ref: str
    delay_minutes: int
    is_told_twice: bool


class Customer:
    """Chooses something every minute; each gateway's events come when they come."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.transaction() as session:
            self.account_id = open_account(session, uuid7(), ADA.model_copy(update={"owner": str(uuid7())}))
        self.mark = str(self.account_id)

    def card(self, name: str) -> CardFact:
        return card(f"{name}/{self.mark}", customer_ref=f"cus/{self.mark}")

    def wallet(self, name: str) -> CardFact:
        reference, owner = f"{name}/{self.mark}", f"owner/{self.mark}"
        return CardFact("purse", reference, owner, "Purse", "", None, None, kind=SavedKind.WALLET, holder=name)

    def live(self, choices: Sequence[Choice]) -> None:
        """What is heard at one moment is heard in the order in which it was chosen."""
        heard = [
            (minute + choice.delay_minutes * turn, minute, choice)
            for minute, choice in enumerate(choices)
            for turn in ((1, 2) if choice.is_told_twice and choice.where != "here" else (1,))
        ]
        for at, minute, choice in sorted(heard):
            getattr(self, f"hear_{choice.where}")(choices, minute, at)

    def hear_here(self, choices: Sequence[Choice], minute: int, at: int) -> None:
        now = NOON + timedelta(minutes=minute)
        with self.database.transaction() as session:
            save_card(session, self.account_id, self.card(choices[minute].card_ref), now, chosen_at=now)

    def hear_portal(self, choices: Sequence[Choice], minute: int, at: int) -> None:
        """The event tells when; which card, the gateway is asked, which knows what was chosen there since."""
        there = [each for each in choices[: at + 1] if each.where in ("portal", "here")]
        default = self.card(there[-1].card_ref)
        customer = CustomerFact("stripe", default.customer_ref, default.card_ref, account_id=self.mark)
        told_at = NOON + timedelta(minutes=minute)
        with self.database.transaction() as session:
            record_customer(session, customer, default, chosen=True, told_at=told_at, wall=self.wall(at))

    def hear_page(self, choices: Sequence[Choice], minute: int, at: int) -> None:
        wallet = self.wallet(f"wallet {minute}")
        owner = CustomerFact("purse", wallet.customer_ref, account_id=self.mark)
        told_at = NOON + timedelta(minutes=minute)
        with self.database.transaction() as session:
            record_card(session, wallet, owner, chosen=True, told_at=told_at, wall=self.wall(at))

    def wall(self, minute: int) -> Wall:
        return Wall(NOON + timedelta(minutes=minute))

    def charged(self) -> str:
        with self.database.transaction() as session:
            default = get_default_card(session, self.account_id)
        assert default is not None
        return default.card_ref.partition("/")[0]


# what is done here is known at once
CHOICES = st.lists(
    st.builds(Choice, st.just("here"), st.sampled_from("xyz"), st.just(0), st.just(False))
    | st.builds(Choice, st.just("portal"), st.sampled_from("xyz"), st.integers(0, 8), st.booleans())
    | st.builds(Choice, st.just("page"), st.just(""), st.integers(0, 8), st.booleans()),
    min_size=1,
    max_size=7,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(choices=CHOICES)
def test_the_last_choice_stands_however_late_and_often_choices_are_told(
    bare_database: Database, choices: list[Choice]
) -> None:
    customer = Customer(bare_database)
    customer.live(choices)
    last = choices[-1]
    assert customer.charged() == (last.card_ref or f"wallet {len(choices) - 1}")


@pytest.fixture
def customer(bare_database: Database) -> Customer:
    """Nothing is chosen yet."""
    return Customer(bare_database)


def test_what_is_told_again_of_a_wallet_under_a_later_time_is_no_choice(customer: Customer) -> None:
    """Such a time may be anybody's word; that a wallet was saved happens once."""
    customer.live([Choice("page", "", 0, False), Choice("here", "x", 0, False)])
    customer.hear_page([Choice("page", "", 0, False)], 0, 5)
    wallet = customer.wallet("wallet 0")
    owner, forged = CustomerFact("purse", wallet.customer_ref, account_id=customer.mark), NOON + timedelta(minutes=4)
    with customer.database.transaction() as session:
        record_card(session, wallet, owner, chosen=True, told_at=forged, wall=customer.wall(5))
    assert customer.charged() == "x"


def test_news_of_something_else_about_a_customer_choose_nothing_but_the_first_card(customer: Customer) -> None:
    x, y = customer.card("x"), customer.card("y")
    fact = CustomerFact("stripe", x.customer_ref, x.card_ref, account_id=customer.mark)
    for default, minute in ((x, 1), (y, 2)):
        told_at = NOON + timedelta(minutes=minute)
        with customer.database.transaction() as session:
            record_customer(session, fact, default, chosen=False, told_at=told_at, wall=customer.wall(3))
    assert customer.charged() == "x"
