"""One run of the gauntlet, from an empty home to the verdict."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from database.engine import Database, make_engine
from settings import Settings
from stack import development_key
from stack.running import Stack
from stack.shopper import Shopper
from tests.gauntlet.approvers import REFUSALS
from tests.gauntlet.buyers import PROGRESS_SECONDS, Buyers
from tests.gauntlet.destroyers import Killer, Saboteur
from tests.gauntlet.faults import arm
from tests.gauntlet.forgers import Door, Forger, forge
from tests.gauntlet.paypal_forgeries import STATUSES, PayPalForger
from tests.gauntlet.plan import PAYPAL, STRIPE, Happened, Plan
from tests.gauntlet.quiet import await_quiet
from tests.gauntlet.refunds import Refunds
from tests.gauntlet.renewals import Renewals
from tests.gauntlet.second_beat import add_second_beat
from tests.gauntlet.subscriber_rows import write_subscribers
from tests.gauntlet.subscribers import Subscriber, enrol
from tests.gauntlet.transfer_verdict import judge_transfers
from tests.gauntlet.transfers import Transfers
from tests.gauntlet.verdict import judge
from workers.queues import GROUPS

COUNTED = ("kills", "broker_wipes", "database_kills", "rotations", "forged", "pay_answers_lost", "retries")
COUNTED_OF_TRANSFERS = ("imports", "imports_killed", "lines_matched", "approvals", "rejections", *REFUSALS)
A_SECOND = 1
UNLIMITED = 10_000_000
SIZES = ("purchases", "renewals", "refunds", "transfers")

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
    # one key and a few accounts do what thousands do elsewhere
    settings = Settings(
        cashbeat_home=home,
        log_format="json",
        server_requests_per_minute=UNLIMITED,
        account_requests_per_minute=UNLIMITED,
    )
    with Stack(settings) as stack:
        key = development_key.ensure(stack.addresses.database_url, stack.home)
        make_shopper_of = partial(Shopper, stack.addresses.ingress_url, stack.addresses.sandbox_url)
        make_shopper = partial(make_shopper_of, key)
        database = Database(make_engine(stack.addresses.database_url))
        subscribers = enrol(plan, make_shopper()) if plan.renewals else []
        transfers = Transfers(plan, happened, stack.home, database, make_shopper_of)
        _suffer(plan, happened, stack, database, make_shopper, subscribers, transfers, progress)
        await_quiet(plan, happened, database, make_shopper(), lambda: progress(happened, "waiting for quiet"))
        with database.transaction() as session:
            figures = judge(plan, happened, session, make_shopper(), subscribers)
            if plan.transfers:
                figures |= judge_transfers(plan, happened, session, transfers.bank.entries, transfers.made)
        database.engine.dispose()
    counted = (*COUNTED, *(COUNTED_OF_TRANSFERS if plan.transfers else ()))
    figures |= {name: happened.counts[name] for name in counted}
    seconds = round(time.monotonic() - started)
    size = {name: getattr(plan, name) for name in SIZES if getattr(plan, name)}
    return Result({**size, "seed": plan.seed, **figures, "seconds": seconds}, happened.problems)


def _suffer(
    plan: Plan,
    happened: Happened,
    stack: Stack,
    database: Database,
    make_shopper: Callable[[], Shopper],
    subscribers: Sequence[Subscriber],
    transfers: Transfers,
    progress: Progress,
) -> None:
    """All of the plan, with everything that goes wrong meanwhile; returns when no more goes wrong."""
    buyers = Buyers(plan, happened, make_shopper)
    buyers.open_accounts()
    renewals = Renewals(plan, happened, database, make_shopper(), subscribers)
    if subscribers:
        add_second_beat(stack)
        # what they choose now is no old news to anybody: vendors tell whole seconds
        time.sleep(A_SECOND)
        with database.transaction() as session:
            write_subscribers(session, plan, subscribers, datetime.now(UTC))
    refunds = Refunds(plan, happened, database, make_shopper)
    arm(plan, make_shopper())
    killer = Killer(plan, happened, stack, tuple(group.name for group in GROUPS))
    saboteur = Saboteur(plan, happened, stack, make_shopper())
    forger = Forger(plan, happened, doors(stack, make_shopper()))
    destroyers = (killer, saboteur, forger)
    for thread in (renewals, refunds, transfers, *destroyers):
        thread.start()
    buyers.buy(lambda: progress(happened, "buying"))
    refunds.all_paid.set()
    for thread in (renewals, refunds, transfers):
        while thread.is_alive():
            progress(happened, thread.name)
            thread.join(PROGRESS_SECONDS)
    killer.over.set()
    saboteur.over.set()
    for thread in destroyers:
        thread.join()


def doors(stack: Stack, shopper: Shopper) -> dict[str, Door]:
    """Where webhooks arrive, and who forges them there."""
    base = f"{stack.addresses.sandbox_url}/paypal"

    def current() -> str:
        return str(shopper.sandbox("GET", "/sandbox/paypal/certificates")["current"])

    forger = PayPalForger(stack.home / "forger", base, current)
    return {
        STRIPE: Door(stack.addresses.webhook_url(STRIPE), forge),
        PAYPAL: Door(stack.addresses.webhook_url(PAYPAL), forger.forge, STATUSES),
    }
