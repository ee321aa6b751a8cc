"""One run of the gauntlet, from an empty home to the verdict."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import requests
from sqlalchemy.exc import DBAPIError

from database.engine import Database, make_engine
from settings import Settings
from stack import development_key
from stack.errors import StackError
from stack.running import Stack
from stack.shopper import Shopper
from tests.gauntlet.buyers import Buyers
from tests.gauntlet.destroyers import Killer, Saboteur
from tests.gauntlet.forgers import Forger
from tests.gauntlet.plan import ANSWER_LOST_RATE, COPIES, REORDER_SECONDS, Happened, Plan
from tests.gauntlet.verdict import judge, left_over
from workers.queues import GROUPS

# documents take longest: two thousand at some ten a second, behind leases and waits of a minute
QUIET_WAIT_SECONDS = 900.0
QUIET_POLL_SECONDS = 1.0
FAULTS: tuple[dict[str, object], ...] = (
    {"kind": "duplicate", "copies": COPIES},
    {"kind": "reorder", "window_seconds": REORDER_SECONDS},
    {"kind": "answer_lost", "rate": ANSWER_LOST_RATE, "method": "POST", "path": "/v1/checkout/sessions"},
    {"kind": "answer_lost", "rate": ANSWER_LOST_RATE, "method": "POST", "path": "/pay/"},
    {"kind": "answer_lost", "rate": ANSWER_LOST_RATE, "method": "POST", "path": "/emails"},
)

COUNTED = ("kills", "broker_wipes", "database_kills", "forged", "pay_answers_lost", "retries")

Progress = Callable[[Happened, str], None]


@dataclass(frozen=True)
class Result:
    """Figures of a run, and every problem found; no problem is a pass."""

    figures: dict[str, int]
    problems: list[str]


def run(plan: Plan, home: Path, progress: Progress) -> Result:
    """Run the plan in a home of its own. Raises StackError when the stack does not even start."""
    happened = Happened()
    started = time.monotonic()
    settings = Settings(cashbeat_home=home, log_format="json")
    with Stack(settings) as stack:
        key = development_key.ensure(stack.addresses.database_url, stack.home)
        make_shopper = partial(Shopper, stack.addresses.ingress_url, stack.addresses.sandbox_url, key)
        _suffer(plan, happened, stack, make_shopper, progress)
        progress(happened, "waiting for quiet")
        database = Database(make_engine(stack.addresses.database_url))
        _await_quiet(happened, database, make_shopper(), progress)
        with database.transaction() as session:
            figures = judge(plan, happened, session, make_shopper())
        database.engine.dispose()
    figures |= {name: happened.counts[name] for name in COUNTED}
    seconds = round(time.monotonic() - started)
    named = {"purchases": plan.purchases, "seed": plan.seed, **figures, "seconds": seconds}
    return Result(named, happened.problems)


def _suffer(
    plan: Plan, happened: Happened, stack: Stack, make_shopper: Callable[[], Shopper], progress: Progress
) -> None:
    """All purchases, with everything that goes wrong meanwhile; returns when no more goes wrong."""
    buyers = Buyers(plan, happened, make_shopper)
    buyers.open_accounts()
    for fault in FAULTS:
        make_shopper().sandbox("POST", "/sandbox/faults", dict(fault))
    killer = Killer(plan, happened, stack, tuple(group.name for group in GROUPS))
    saboteur = Saboteur(plan, happened, stack)
    forger = Forger(plan, happened, stack.addresses.webhook_url)
    destroyers = (killer, saboteur, forger)
    for thread in destroyers:
        thread.start()
    buyers.buy(lambda: progress(happened, "buying"))
    killer.over.set()
    saboteur.over.set()
    for thread in destroyers:
        thread.join()


def _await_quiet(happened: Happened, database: Database, shopper: Shopper, progress: Progress) -> None:
    """Until every webhook is delivered and nothing is left to do."""
    deadline = time.monotonic() + QUIET_WAIT_SECONDS
    while not _is_quiet(database, shopper):
        progress(happened, "waiting for quiet")
        if time.monotonic() > deadline:
            happened.blame(f"not quiet after {QUIET_WAIT_SECONDS:.0f} seconds")
            return
        time.sleep(QUIET_POLL_SECONDS)


def _is_quiet(database: Database, shopper: Shopper) -> bool:
    try:
        with database.transaction() as session:
            return shopper.sandbox("GET", "/sandbox/webhooks")["pending"] == 0 and left_over(session) == 0
    except (DBAPIError, StackError, requests.RequestException):
        return False
