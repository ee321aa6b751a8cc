"""What happens around a worker's life: logs, wiring after the fork, a close at the end."""

import sys
from datetime import timedelta
from functools import partial
from typing import Any

from celery.beat import Service
from celery.signals import (
    after_task_publish,
    beat_init,
    setup_logging,
    worker_init,
    worker_process_init,
    worker_process_shutdown,
)

import logs
import settings as configuration
from collector import settle_collector
from parting import end_with_parent
from setting_needs import require
from workers.celery_app import app, load_tasks
from workers.pulse_file import touch_pulse
from workers.queues import DOCUMENTS

LONG_AGO = timedelta(days=1)
# longer than a gateway call with all its time-outs: what was begun has its answer, and is written down
PARTING_SECONDS = 25.0


@setup_logging.connect
def _configure_logs(**_: Any) -> None:
    logs.configure(configuration.load(), "worker")


@worker_init.connect
def _look_what_is_missing(**_: Any) -> None:
    """By then it is known which queues this worker serves: each of them needs its own.

    Its tasks, and what children need of vendors, are loaded before they are forked: one that is forked after the code
    was replaced would load the other half of it, and work would end as a bug.
    """
    from sqlalchemy.orm import configure_mappers

    from gateways.registry import load_rooms

    require(configuration.load(), *app.amqp.queues.consume_from)
    load_tasks()
    load_rooms()
    # each child would do it at its first question to the database
    configure_mappers()


@worker_process_init.connect
def _wire_child(**_: Any) -> None:
    """Engines and HTTP clients belong to one process; a shared TLS or PostgreSQL socket corrupts both."""
    # imported here: beat, Flower and the ingress load this module too and need no gateway
    end_with_parent(PARTING_SECONDS)
    from workers import task as task_base
    from workers.wiring import wire

    settings = configuration.load()
    task_base.start(wire(settings, app), partial(touch_pulse, settings.cashbeat_home))
    if DOCUMENTS in app.amqp.queues.consume_from:
        from documents.invoice_pdf import warm_up

        warm_up()
    settle_collector()


@worker_process_shutdown.connect
def _close_child(**_: Any) -> None:
    from workers import task as task_base

    task_base.stop()


def _show_beats_pulse(**_: Any) -> None:
    """A tick has left."""
    touch_pulse(configuration.load().cashbeat_home, "beat")


@beat_init.connect
def _begin_beat(sender: Service, **_: Any) -> None:
    """Ring for everything at once: beat forgets its past, and one that dies every minute would ring for nothing ever.

    A job that has run in this period already knows that, see `database.upkeep.begin_period`.
    """
    logs.configure(configuration.load(), "beat")
    require(configuration.load(), "beat")
    after_task_publish.connect(_show_beats_pulse)
    for entry in sender.scheduler.schedule.values():
        entry.last_run_at = entry.default_now() - LONG_AGO


# Flower sends no signal, but imports this before it opens its port; without a password everybody could end a worker
if "flower" in sys.argv:
    require(configuration.load(), "flower")
