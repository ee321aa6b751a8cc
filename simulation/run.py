"""One simulation, from an empty home to the verdict."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from billing.invariants import violations
from database.engine import Database, make_engine
from settings import Settings
from simulation.bank import Bank
from simulation.books import tally
from simulation.figures import Month, Tally, months_of
from simulation.office import CALLER, Office
from simulation.plan import DAY, SECOND, Plan, closes_month
from simulation.street import Street
from simulation.town import Town
from simulation.verdict import (
    differences,
    of_bank,
    our_charges,
    our_disputes,
    our_refunds,
    our_transfers,
    their_disputes,
    theirs,
)
from stack.demo import require_sandbox
from stack.interrupts import interruptible
from stack.running import Stack
from stack.statements import import_lines
from stack.vendors import payment_keys
from workers.celery_app import make_app
from workers.producer import Bell

# (what is going on, days lived so far)
Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Result:
    """Figures of every month, and what was found wrong: nothing, for a pass."""

    plan: Plan
    months: list[Month]
    violations: list[str]
    differences: list[str]
    seconds: float

    @property
    def is_well(self) -> bool:
        """Whether the books agree with themselves, with the sandbox and with the bank."""
        return not self.violations and not self.differences

    def shown(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "months": [month.shown() for month in self.months],
            "invariants_ok": not self.violations,
            "ledgers_equal": not self.differences,
            "seed": self.plan.seed,
            "accounts": self.plan.accounts,
            "seconds": round(self.seconds, 1),
        }


def run(plan: Plan, home: Path, progress: Progress) -> Result:
    """Run the plan in a home of its own. Raises StackError when something does not start or does not come to rest."""
    started = time.monotonic()
    progress("starting", 0)
    # stores of its own and the sandbox, whatever else this machine is configured for
    no_keys: dict[str, Any] = dict.fromkeys(payment_keys(), SecretStr(""))
    settings = Settings(
        cashbeat_env="development", cashbeat_home=home, log_format="json", database_url="", broker_url="", **no_keys
    )
    stack = Stack(settings, progress=lambda text: progress(text, 0), is_watched=False)
    with interruptible(stack.supervisor.hurry), stack:
        require_sandbox(stack)
        database = Database(make_engine(stack.addresses.database_url))
        street = Street(stack.addresses.sandbox_url)
        try:
            office = Office(database, Bell(make_app(stack.addresses.broker_url)), street)
            town = Town(plan, office, Bank(partial(import_lines, settings, who=CALLER, say=_unheard)))
            return _judge(town, _live(town, progress), started)
        finally:
            street.close()
            database.engine.dispose()


def _unheard(_text: str) -> None:
    """Nobody reads how far a day's statement is."""


def _live(town: Town, progress: Progress) -> list[Month]:
    progress("opening accounts", 0)
    plan, office = town.plan, town.office
    town.found()
    tallies: list[tuple[datetime, Tally]] = []
    for number, day in enumerate(plan.instants()):
        progress(f"{day:%d %B %Y}", number)
        if number:
            office.advance(town.clock_id, day)
        town.live(day)
        if closes_month(day):
            office.advance(town.clock_id, day + DAY - SECOND)
            tallies.append((day, _count(office)))
    progress("comparing the books", plan.days)
    return months_of(tallies)


def _count(office: Office) -> Tally:
    with office.database.transaction() as session:
        return tally(session)


def _judge(town: Town, months: list[Month], started: float) -> Result:
    with town.office.database.transaction() as session:
        broken, charges, refunds = violations(session), our_charges(session), our_refunds(session)
        transfers, disputes = our_transfers(session), our_disputes(session)
    ledger = town.office.street.ledger()
    different = differences("charges", charges, theirs(ledger["charges"]))
    different += differences("refunds", refunds, theirs(ledger["refunds"]))
    different += differences("movements of disputes", disputes, their_disputes(ledger["adjustments"]))
    different += differences("transfers", transfers, of_bank(town.bank.lines))
    return Result(town.plan, months, broken, different, time.monotonic() - started)
