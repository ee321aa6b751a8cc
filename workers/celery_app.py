"""The Celery app. Every setting has its reason beside it; docs/decisions/ has the longer stories."""

from typing import Any

from celery import Celery
from kombu import Exchange, Queue

import beat_schedule
import settings as configuration
from collector import collect_seldom
from workers.broker import read_with_care
from workers.queues import COMMANDS, DOCUMENTS, EMAILS, EVENTS, PAYMENTS, QUEUE_NAMES, RENEWALS, UPKEEP, WEBHOOKS

# Longer than twice the slowest hard limit: a copy that is delivered earlier would overlap with the original.
VISIBILITY_TIMEOUT_SECONDS = 900

# What a worker runs, and it alone: beat and Flower name tasks and run none.
TASK_MODULES = (
    "tasks.webhooks",
    "tasks.commands",
    "tasks.payments",
    "tasks.renewals",
    "tasks.documents",
    "tasks.emails",
    "tasks.events",
    "tasks.upkeep",
)

# connects its signal handlers when a worker, beat or Flower imports it: by name
LIFE_CYCLE = "workers.life_cycle"

TRANSPORT_OPTIONS: dict[str, Any] = {
    "visibility_timeout": VISIBILITY_TIMEOUT_SECONDS,
    # a frozen broker must raise, not hang; longer than BRPOP's own second
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    "health_check_interval": 10,
    # an ambiguous push must surface; the sweep repeats it knowingly
    "retry_on_timeout": False,
}

DELIVERY: dict[str, Any] = {
    # a dead worker must not swallow work
    "task_acks_late": True,
    # without it a child killed by the kernel acknowledges what it never did
    "task_reject_on_worker_lost": True,
    # a failure is recorded in PostgreSQL; the message is spent
    "task_acks_on_failure_or_timeout": True,
    # a worker holds only what it runs
    "worker_prefetch_multiplier": 1,
    "task_soft_time_limit": 90,
    "task_time_limit": 120,
    # killing a child in the middle of a gateway call makes an unknown outcome; letting it finish makes a no-op
    "worker_cancel_long_running_tasks_on_connection_loss": False,
    "broker_connection_timeout": 3,
    "broker_connection_retry_on_startup": True,
    # the default gives up after about 47 minutes of outage
    "broker_connection_max_retries": None,
    # LOADING, OOM and READONLY answers reconnect instead of ending the worker
    "broker_channel_error_retry": True,
    # publishing is a hint: fail fast, the sweep rings again
    "task_publish_retry_policy": {"max_retries": 1, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.5},
}

RESULTS: dict[str, Any] = {
    # no results, no canvas: the next step is a row, written with the step before it
    "task_ignore_result": True,
    "task_store_errors_even_if_ignored": False,
    # without any, beat need not ring for Celery's own task that throws old ones away
    "result_expires": None,
}

CONTENT: dict[str, Any] = {
    "task_serializer": "json",
    "event_serializer": "json",
    "accept_content": ["json"],
}

LIFE: dict[str, Any] = {
    "worker_pool": "prefork",
    "worker_max_memory_per_child": 400_000,
    # WeasyPrint takes longer to import than the default four seconds allow on a small machine
    "worker_proc_alive_timeout": 60,
    # for platforms that end a process soon after asking: REMAP_SIGTERM=SIGQUIT
    "worker_soft_shutdown_timeout": 20.0,
    "worker_enable_soft_shutdown_on_idle": True,
    # our redacting log stays in charge
    "worker_hijack_root_logger": False,
    "worker_redirect_stdouts": False,
}

TIME: dict[str, Any] = {
    # local-time crontabs skip the repeated hour at the end of daylight saving time
    "enable_utc": True,
    "timezone": "UTC",
    "beat_max_loop_interval": 5,
}


def _queues() -> list[Queue]:
    return [Queue(name, Exchange(name, type="direct"), routing_key=name) for name in QUEUE_NAMES]


def make_app(broker_url: str) -> Celery:
    """The app for one process. Tasks are found by name; nobody imports them."""
    read_with_care()
    app = Celery("cashbeat", broker=broker_url, include=(LIFE_CYCLE,))
    app.conf.update(
        **DELIVERY,
        **RESULTS,
        **CONTENT,
        **LIFE,
        **TIME,
        broker_transport_options=TRANSPORT_OPTIONS,
        task_queues=_queues(),
        # a typo must fail at publishing, not vanish in a queue nobody reads
        task_create_missing_queues=False,
        task_default_queue=UPKEEP,
        task_routes={
            "webhooks.*": WEBHOOKS,
            "commands.*": COMMANDS,
            "payments.*": PAYMENTS,
            "renewals.*": RENEWALS,
            "dunning.*": RENEWALS,
            "credits.*": RENEWALS,
            "clocks.*": RENEWALS,
            "documents.*": DOCUMENTS,
            "emails.*": EMAILS,
            "events.*": EVENTS,
            "upkeep.*": UPKEEP,
            "reconciliation.check_invariants": UPKEEP,
            # what asks a gateway may wait for it long; the sweep, every five seconds, may not
            "reconciliation.*": PAYMENTS,
        },
    )
    return app


# before a worker imports its tasks, and with them all the rest
collect_seldom()
app = make_app(configuration.load().broker_url)
app.conf.beat_schedule = beat_schedule.SCHEDULE


def load_tasks() -> None:
    """Let this process run our tasks."""
    for module in TASK_MODULES:
        app.loader.import_task_module(module)
