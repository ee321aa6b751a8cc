"""Figures for Prometheus: what this door counted, and how the pipeline's memories stand."""

import os
import time
from collections.abc import Iterator, Mapping

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from billing.events.queries import (
    count_disabled,
    count_untellable,
    failing_seconds,
    undelivered_seconds,
    untold_seconds,
)
from database.sight import EVERYTHING
from database.upkeep import heartbeat_ages
from database.webhook_findings import read_findings
from gateways.registry import VENDORS
from ingress.problems import is_weather
from ingress.queries.running import MemoryFigures, count_for_people, read_memories
from ingress.reads import Reads

WEBHOOK_OUTCOMES = ("stored", "unverified", "duplicate", "refused", "unavailable")
WEBHOOKS = Counter("cashbeat_webhooks", f"Webhooks by outcome: {', '.join(WEBHOOK_OUTCOMES)}.", ["gateway", "outcome"])
COMMANDS = Counter("cashbeat_commands", "Commands by kind and outcome: stored, replayed.", ["kind", "outcome"])
COMMITS = Counter("cashbeat_ingress_commits", "Commits of the door by table.", ["table"])

RATE_LIMITED = Counter(
    "cashbeat_rate_limited", "Requests over a limit, by policy: key, user, staff, account, address.", ["policy"]
)
RATE_LIMITED_ALONE = Counter(
    "cashbeat_rate_limited_alone", "Requests that a process counted by itself, for the broker did not answer."
)

# Several scrapers, or several processes behind one port, cost the database one look in this time.
GAUGES_SECONDS = 5.0

Gauge = tuple[str, str, str, dict[str, float]]  # name, help, label, value per label


def begin_webhooks(gateway: str) -> None:
    """Each of its figures is told from the first look on: what begins with its first event has risen by none."""
    for outcome in WEBHOOK_OUTCOMES:
        WEBHOOKS.labels(gateway, outcome)


class Metrics:
    """`GET /metrics`: counters of all processes of this door, gauges read from PostgreSQL."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads
        self._gauges: list[Gauge] = []
        self._read_at_seconds = -GAUGES_SECONDS

    async def show(self, request: Request) -> Response:
        """All figures in Prometheus's text format; without the gauges while the database is away."""
        registry = CollectorRegistry()
        registry.register(_Gauges(await self._current_gauges()))
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call] # it has no types
            return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
        return Response(generate_latest(REGISTRY) + generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    async def _current_gauges(self) -> list[Gauge]:
        if time.monotonic() - self._read_at_seconds >= GAUGES_SECONDS:
            try:
                self._gauges = await self._reads.run(_read_gauges, EVERYTHING)
                self._read_at_seconds = time.monotonic()
            except Exception as error:
                if not is_weather(error):
                    raise
                return [_database_up(0.0)]
        return self._gauges


class _Gauges:
    """What prometheus-client wants to be asked: a registry entry that yields metric families."""

    def __init__(self, gauges: list[Gauge]) -> None:
        self._gauges = gauges

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for name, text, label, values in self._gauges:
            family = GaugeMetricFamily(name, text, labels=[label] if label else [])
            for label_value, value in values.items():
                family.add_metric([label_value] if label else [], value)
            yield family


def _read_gauges(session: Session) -> list[Gauge]:
    memories = read_memories(session)
    parked = {name: each.parked for name, each in memories.items()} | count_for_people(session)
    return [
        _database_up(1.0),
        *_of_memories(memories),
        ("cashbeat_parked_rows", "Rows that wait for an operator.", "memory", _floats(parked)),
        *_webhook_findings(session),
        *_untold(session),
        ("cashbeat_heartbeat_age_seconds", "Since the queue's last heartbeat.", "queue", heartbeat_ages(session)),
    ]


def _of_memories(memories: Mapping[str, MemoryFigures]) -> Iterator[Gauge]:
    def of(figure: str) -> dict[str, float]:
        return {name: float(getattr(each, figure)) for name, each in memories.items()}

    yield "cashbeat_due_rows", "Rows that are due and in nobody's hands.", "memory", of("due")
    told = "How long the longest waiting of them is due."
    yield "cashbeat_oldest_due_seconds", told, "memory", of("oldest_due_seconds")
    yield "cashbeat_waiting_rows", "Rows that were put off and are tried again by themselves.", "memory", of("put_off")
    yield (
        "cashbeat_oldest_waiting_seconds",
        "Since the first of them was tried.",
        "memory",
        of("oldest_put_off_seconds"),
    )


def _floats(counts: Mapping[str, int]) -> dict[str, float]:
    return {name: float(count) for name, count in counts.items()}


def _webhook_findings(session: Session) -> Iterator[Gauge]:
    """Of each gateway from the first look on, like what the door counts itself."""
    found = read_findings(session)
    refused = {name: float(found[name].refused if name in found else 0) for name in VENDORS}
    missing = {name: float(found[name].missing if name in found else 0) for name in VENDORS}
    yield "cashbeat_webhooks_disproved", "Webhooks that a worker looked at and refused, ever.", "gateway", refused
    yield "cashbeat_webhooks_missing", "Events heard by asking, for no webhook had come, ever.", "gateway", missing


def _untold(session: Session) -> Iterator[Gauge]:
    yield "cashbeat_untold_seconds", "Since the oldest change that is no event yet.", "", {"": untold_seconds(session)}
    count = float(count_untellable(session))
    yield "cashbeat_untellable_changes", "Changes that could not be made events.", "", {"": count}
    waiting = undelivered_seconds(session)
    yield "cashbeat_oldest_undelivered_seconds", "How long the first of them is due to be sent.", "", {"": waiting}
    failing = failing_seconds(session)
    yield "cashbeat_endpoint_failing_seconds", "Since an endpoint has taken nothing, the longest.", "", {"": failing}
    disabled = float(count_disabled(session))
    yield "cashbeat_disabled_endpoints", "Endpoints that were disabled because they failed.", "", {"": disabled}


def _database_up(value: float) -> Gauge:
    return ("cashbeat_database_up", "Whether the door reaches PostgreSQL.", "", {"": value})
