"""Everybody together: opens the accounts, lets each day be lived, and knows whose card is which."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from billing.catalog.tables import Coupon
from database.ids import uuid7
from gateways.stripe.translate import HANDLED_TYPES
from sandbox.owners import GATEWAY
from schemas.commands import COMMANDS
from simulation.bank import Bank, Payment
from simulation.books import newest_wallets, owed_by_transfer, standings, unanswered
from simulation.office import Office, id_of
from simulation.people import Day, Order, Person, populate
from simulation.plan import START, Plan

CLOCK_KEY = "clock"
# where the gateway's pages send customers back to
PRODUCT_URL = "https://app.example/billing"
# code, percent in parts per million, amount in US cents, for how many periods (0: all)
COUPONS = (("SIM-QUARTER", 250_000, 0, 3), ("SIM-TENNER", 0, 1_000, 0), ("SIM-HALF", 500_000, 0, 1))


@dataclass
class Town:
    """The people of a plan in one running stack."""

    plan: Plan
    office: Office
    bank: Bank
    people: list[Person] = field(default_factory=list)
    _cards: dict[int, str] = field(default_factory=dict)

    @property
    def clock_id(self) -> UUID:
        """The test clock that all accounts live by."""
        return id_of(CLOCK_KEY)

    def found(self) -> None:
        """A clock, coupons, accounts, and a card or a wallet for each."""
        self.people = populate(self.plan, tuple(code for code, *_ in COUPONS))
        self.office.street.stop_clock(START)
        self.office.street.listen_to(tuple(HANDLED_TYPES))
        self._print_coupons()
        clock = {"name": "simulation", "frozen_at": START.isoformat()}
        self.office.give([(CLOCK_KEY, Order("create_test_clock", clock))])
        self.office.await_quiet()
        self.office.result(CLOCK_KEY)
        self.office.give([(account_key(person), person.opening(str(self.clock_id))) for person in self.people])
        self.office.await_quiet()
        keys = [(f"{account_key(person)}/card", person) for person in self.people]
        self.office.give([(key, self._new_card(person)) for key, person in keys])
        self.office.await_quiet()
        self._agree([(key, person) for key, person in keys if person.has_wallet])

    def live(self, at: datetime) -> None:
        """Everybody's day: what is owed is transferred, banks have replies, and cards change their minds first, then
        commands are given.

        Returns when all is quiet.
        """
        self._transfer(at)
        self._reply(at)
        with self.office.database.transaction() as session:
            known = standings(session)
        before = {person.index: person.decline_code for person in self.people}
        days = [
            (person, self._day_of(person, at, known.get(str(id_of(account_key(person)))))) for person in self.people
        ]
        changed = [person for person in self.people if person.decline_code != before[person.index]]
        self.office.street.steer(self._codes(changed, has_wallet=False))
        self.office.street.owners.steer(self._codes(changed, has_wallet=True))
        keys = [(f"{account_key(person)}/{at:%Y-%m-%d}", person, day) for person, day in days]
        self.office.give([(key, order) for key, person, day in keys if (order := self._order(person, day))])
        self.office.await_quiet()
        self._agree([(key, person) for key, person, day in keys if day.is_new_card and person.has_wallet])

    def _transfer(self, at: datetime) -> None:
        """What comes to the bank on this day is on its statement, which is imported at once."""
        people = self._people_by_account()
        with self.office.database.transaction() as session:
            owed = [(people[each.account_id], each) for each in owed_by_transfer(session)]
        amounts = [(person, each, person.transfer(self.plan, at, each)) for person, each in owed]
        paid = [Payment(minor, each.currency, each.reference, person.name) for person, each, minor in amounts if minor]
        if paid:
            self.bank.book(at.date(), paid)
            self.office.ring_for_the_rest()
            self.office.await_quiet()

    def _reply(self, at: datetime) -> None:
        """What disputes are replied to on this day, or are not any more."""
        people = self._people_by_account()
        with self.office.database.transaction() as session:
            waiting = unanswered(session)
        replies = [(each, people[each.account_id].reply(self.plan, at, each)) for each in waiting]
        for each, reply in replies:
            if reply:
                self.office.street.reply(each.reference, reply)
        if any(reply for _, reply in replies):
            self.office.await_quiet()

    def _people_by_account(self) -> dict[str, Person]:
        return {account_id(person): person for person in self.people}

    def _day_of(self, person: Person, at: datetime, standing: Any) -> Day:
        return person.live(self.plan.dice(person.index, f"{at:%Y-%m-%d}"), at, standing)

    def _order(self, person: Person, day: Day) -> Order | None:
        if day.is_new_card:
            person.decline_code = None
            return self._new_card(person)
        if day.order is None or "account_id" not in COMMANDS[day.order.kind].model_fields:
            return day.order
        return Order(day.order.kind, {"account_id": account_id(person), **day.order.body})

    def _codes(self, people: Sequence[Person], *, has_wallet: bool) -> dict[str, str | None]:
        return {self._cards[person.index]: person.decline_code for person in people if person.has_wallet == has_wallet}

    def _agree(self, asked: Sequence[tuple[str, Person]]) -> None:
        """Who has asked for a page to save a wallet on agrees there. The gateway then tells of the wallet by itself."""
        if not asked:
            return
        for key, _ in asked:
            self.office.street.owners.agree(self.office.result(key)["checkout_ref"])
        self.office.await_quiet()
        with self.office.database.transaction() as session:
            saved = newest_wallets(session)
        self._cards |= {person.index: saved[account_id(person)] for _, person in asked}

    def _new_card(self, person: Person) -> Order:
        """The command that has something else charged from now on."""
        if person.has_wallet:
            pages = {"success_url": PRODUCT_URL, "cancel_url": PRODUCT_URL}
            return Order("start_card_setup", {"account_id": account_id(person), "gateway": GATEWAY, **pages})
        self._cards[person.index] = card_ref = self.office.street.new_card(person.card_number)
        return Order("change_payment_method", {"account_id": account_id(person), "card_ref": card_ref})

    def _print_coupons(self) -> None:
        rows = [
            {
                "id": uuid7(), "code": code, "name": code, "percent_ppm": ppm, "amount_minor": minor,
                "currency": "USD" if minor else "", "periods": periods,
            }
            for code, ppm, minor, periods in COUPONS
        ]  # fmt: skip
        with self.office.database.transaction() as session:
            session.execute(insert(Coupon).values(rows).on_conflict_do_nothing(index_elements=["code"]))


def account_key(person: Person) -> str:
    """What the operations of a person's account have in common."""
    return f"account/{person.index}"


def account_id(person: Person) -> str:
    """The account that the opening command makes."""
    return str(id_of(account_key(person)))
