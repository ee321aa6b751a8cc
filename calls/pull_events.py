"""Pull the events whose webhooks never came."""

from datetime import timedelta

import structlog

from billing.errors import Unavailable
from database.inbox import remember
from gateways.gateway import Capability, Gateway
from gateways.ports import EVENTS_LIMIT
from schemas.messages import WEBHOOK_IDS_MAX, HandleWebhooks
from workers.wiring import Work

log = structlog.get_logger(__name__)

# Pulls overlap by far more than their interval, so that an outage of an hour leaves no hole.
PULL_OVERLAP = timedelta(hours=1)


def pull_events(work: Work) -> None:
    """Call: the events of the last hour that each gateway lists. Record: those that we have not seen, and ring."""
    for gateway in work.gateways.values():
        if gateway.can(Capability.EVENTS):
            _pull(work, gateway)


def _pull(work: Work, gateway: Gateway) -> None:
    since, types = work.wall().at - PULL_OVERLAP, tuple(gateway.limits.concerns)
    try:
        bodies = list(gateway.events.list_events(created_after=since, types=types, limit=EVENTS_LIMIT))
    except Unavailable as error:
        log.warning("events_unanswered", gateway=gateway.name, reason=str(error))
        return
    if len(bodies) == EVENTS_LIMIT:
        log.error("events_may_be_missing", gateway=gateway.name, since=since.isoformat(), limit=EVENTS_LIMIT)
    _store_missing(work, gateway.name, [_as_row(gateway, body) for body in bodies])


def _as_row(gateway: Gateway, body: bytes) -> tuple[str, str, str]:
    """Only the envelope is read here: an event that cannot be translated is stored and parked like any other."""
    envelope = gateway.read_envelope(body)
    return envelope.event_id, envelope.event_type, body.decode()


def _store_missing(work: Work, gateway: str, listed: list[tuple[str, str, str]]) -> None:
    for start in range(0, len(listed), WEBHOOK_IDS_MAX):
        with work.database.transaction() as session:
            ids = remember(session, gateway, listed[start : start + WEBHOOK_IDS_MAX])
        if ids:
            log.warning("webhooks_were_missing", gateway=gateway, count=len(ids))
            work.bell.ring(HandleWebhooks(ids=tuple(ids)))
