"""Two ordeals of a whole running stack beside the gauntlet: hostile requests at the door, poison in the broker."""

import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

import redis
from sqlalchemy import text

from database.engine import Database, make_engine
from schemas.messages.upkeep import BeatHeart
from settings import SANDBOX_WEBHOOK_SECRET, Settings
from stack import development_key
from stack.running import Stack
from stack.shopper import Shopper
from tests.gauntlet.hostile import Target
from tests.gauntlet.poison import poison
from tests.gauntlet.run import Result
from tests.gauntlet.strangers import Show, attack, forged_rows, peak_mebibytes, routes_of, with_children
from tests.scenarios.storytelling import open_account
from workers.celery_app import make_app
from workers.producer import Bell
from workers.queues import GROUPS, QUEUE_NAMES

MEMORY_MEBIBYTES_MAX = 200
ANSWER_SECONDS_MAX = 30.0
PATIENCE_SECONDS = 90.0
EXAMPLES_MAX = 5
PARKED = text("""
    SELECT kind || ': ' || right(error, 200) FROM operations WHERE state = 'parked'
    UNION ALL SELECT event_type || ': ' || right(error, 200) FROM unverified_events WHERE state = 'parked' LIMIT 5
""")
UNTRIED = text("""
    SELECT (SELECT count(*) FROM operations WHERE state = 'ready' AND attempts = 0)
         + (SELECT count(*) FROM unverified_events WHERE state = 'ready')
""")
BEATEN = text("SELECT queue FROM heartbeats WHERE beat_at > to_timestamp(:since)")


def strangers(count: int, at: str, seed: int, home: Path, show: Show) -> Result:
    """Hostile requests over all routes and the webhook doors: no 5xx, no forged row, nothing parked, little memory.

    At those routes alone whose path has `at` in it.
    """
    settings = Settings(cashbeat_home=home, log_format="json")
    with Stack(settings, is_watched=False) as stack:
        key = development_key.ensure(stack.addresses.database_url, stack.home)
        stores = {"ingress_database_url": stack.addresses.database_url, "broker_url": stack.addresses.broker_url}
        account_id = open_account(Shopper(stack.addresses.ingress_url, stack.addresses.sandbox_url, key))
        routes = [path for path in routes_of(settings.model_copy(update=stores)) if at in path]
        base = f"{stack.addresses.sandbox_url}/paypal"
        target = Target(routes, key, account_id, SANDBOX_WEBHOOK_SECRET, base)
        database = Database(make_engine(stack.addresses.database_url))
        _await_beaten(database, 0.0, PATIENCE_SECONDS)  # until then it says itself that it is not ready
        statuses, failed = attack(("127.0.0.1", stack.addresses.ingress_port), target, count, seed, show)
        show("waiting for what was stored", count)
        parked, forged = _parked(database), forged_rows(database)
        peak = max(peak_mebibytes(process_id) for process_id in with_children(stack.supervisor.pid("ingress")))
        problems = [*failed[:EXAMPLES_MAX], *parked, *_deaths(stack, ["ingress"])]
        problems += [f"{forged} forged rows were stored"] if forged else []
        problems += [f"a process of the door took {peak:.0f} MiB"] if peak >= MEMORY_MEBIBYTES_MAX else []
        database.engine.dispose()
    figures = {
        "hostile": count,
        "seed": seed,
        "failed": len(failed),
        "forged_accepted": forged,
        "peak_mib": round(peak),
    }
    return Result(figures | dict(sorted(statuses.items())), problems)


def poisoners(count: int, seed: int, home: Path, show: Show) -> Result:
    """Poison messages over all queues: every queue still answers within half a minute, and no worker dies."""
    with Stack(Settings(cashbeat_home=home, log_format="json"), is_watched=False) as stack:
        database = Database(make_engine(stack.addresses.database_url))
        _await_beaten(database, 0.0, PATIENCE_SECONDS)
        show("pouring poison", 0)
        _pour(stack.addresses.broker_url, count, seed)
        show("waiting for every queue", count)
        poured_at = time.time()
        late = _await_beaten(database, poured_at, ANSWER_SECONDS_MAX)
        seconds = round(time.time() - poured_at)
        problems = [f"{queue} does not answer" for queue in sorted(late)]
        problems += [*_parked(database), *_deaths(stack, [group.name for group in GROUPS])]
        database.engine.dispose()
    return Result({"poison": count, "seed": seed, "queues_late": len(late), "answered_seconds": seconds}, problems)


def _pour(broker_url: str, count: int, seed: int) -> None:
    """Into each queue its share, and a heartbeat behind it."""
    dice, bell = Random(seed), Bell(make_app(broker_url))  # noqa: S311 - repeatable, not secret
    with redis.Redis.from_url(broker_url) as broker:
        for number in range(count):
            queue = QUEUE_NAMES[number % len(QUEUE_NAMES)]
            broker.lpush(queue, poison(dice, queue))
    for queue in QUEUE_NAMES:
        bell.ring(BeatHeart(of_queue=queue), queue=queue)


def _await_beaten(database: Database, since_seconds: float, patience_seconds: float) -> set[str]:
    """Queues that have shown no heartbeat since then, after so long."""
    deadline = time.monotonic() + patience_seconds
    while True:
        with database.transaction() as session:
            late = set(QUEUE_NAMES) - set(session.scalars(BEATEN, {"since": since_seconds}))
        if not late or time.monotonic() > deadline:
            return late
        time.sleep(0.2)


def _parked(database: Database) -> list[str]:
    """Commands and unverified events that ended in a bug, once each was tried."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with database.transaction() as session:
            if not session.scalar(UNTRIED):
                break
        time.sleep(1)
    with database.transaction() as session:
        return [f"parked {found}" for found in session.scalars(PARKED)]


def _deaths(stack: Stack, names: Sequence[str]) -> list[str]:
    restarts = {name: stack.supervisor.restarts(name) for name in names}
    return [f"{name} died {times} times" for name, times in restarts.items() if times]
