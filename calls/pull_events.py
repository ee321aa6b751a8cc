"""Pull the events whose webhooks never came."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from billing.errors import NotConnected, Unavailable
from database.event_pulls import note_pull, pulled_until
from database.inbox import Told, known_bodies, remember
from database.webhook_findings import count_missing
from gateways.gateway import Capability, Gateway
from gateways.ports import EVENTS_LIMIT
from schemas.messages.webhooks import WEBHOOK_IDS_MAX, HandleWebhooks
from workers.wiring import Work

log = structlog.get_logger(__name__)

# An event may be listed a while after what it tells of has happened: the last hour is asked for again and again.
OVERLAP = timedelta(hours=1)
# what gateways list of the past (https://docs.stripe.com/api/events/list)
LISTED_FOR = timedelta(days=30)
# A listing begins with its newest event, so where there is too much for one it is the oldest that is missing. Hence the
# oldest time is asked for first, a minute of it, and then twice as long each time: sixteen windows hold thirty days.
FIRST_WINDOW = timedelta(minutes=1)
# behind the name of an event as which something else came in
AS_LISTED = "/listed"


def pull_events(work: Work, events_max: int = EVENTS_LIMIT) -> None:
    """Call: what each gateway lists since the last pull. Record: the events that we have not seen, and ring.

    At most so many events of each gateway; the next pull goes on where this one ends.
    """
    for name in work.gateways:
        try:
            gateway = work.gateway(name)
            if gateway.can(Capability.EVENTS):
                _pull(work, gateway, events_max)
        except NotConnected as error:
            log.info("events_not_asked_for", gateway=name, reason=str(error))
        except Unavailable as error:
            log.warning("events_unanswered", gateway=name, reason=str(error))


def _pull(work: Work, gateway: Gateway, left: int) -> None:
    now, window = work.wall().at, FIRST_WINDOW
    since = _begin(work, gateway.name, now)
    while since < now and left > 0:
        until = min(since + window, now)
        bodies = _list(gateway, since, until, left)
        _store_missing(work, gateway, [_as_row(gateway, body) for body in bodies])
        left -= len(bodies)
        if left == 0 and window > FIRST_WINDOW:
            return  # older ones of this window may be missing: the next pull asks for them
        if left == 0:
            log.error("events_may_be_missing", gateway=gateway.name, since=since.isoformat(), until=until.isoformat())
        with work.database.transaction() as session:
            note_pull(session, gateway.name, min(until, now - OVERLAP))
        since, window = until, 2 * window


def _begin(work: Work, gateway: str, now: datetime) -> datetime:
    """Where the last pull ended, which left the overlap to be asked for again."""
    with work.database.transaction() as session:
        last = pulled_until(session, gateway)
    if last is None:
        return now - OVERLAP
    if last < now - LISTED_FOR:
        log.error(
            "events_may_be_missing", gateway=gateway, since=last.isoformat(), until=(now - LISTED_FOR).isoformat()
        )
    return max(min(last, now - OVERLAP), now - LISTED_FOR)


def _list(gateway: Gateway, since: datetime, until: datetime, limit: int) -> list[bytes]:
    types = tuple(gateway.limits.concerns)
    listed = gateway.events.list_events(created_after=since, created_before=until, types=types, limit=limit)
    return list(listed)


def _as_row(gateway: Gateway, body: bytes) -> Told:
    """Only the envelope is read here: an event that cannot be translated is stored and parked like any other."""
    envelope = gateway.read_envelope(body)
    return envelope.event_id, envelope.event_type, body.decode()


def _store_missing(work: Work, gateway: Gateway, listed: Sequence[Told]) -> None:
    for start in range(0, len(listed), WEBHOOK_IDS_MAX):
        with work.database.transaction() as session:
            told = _told_apart(session, gateway, listed[start : start + WEBHOOK_IDS_MAX])
            ids = remember(session, gateway.name, told)
            if ids:
                count_missing(session, gateway.name, len(ids))
        if ids:
            log.warning("webhooks_were_missing", gateway=gateway.name, count=len(ids))
            work.bell.ring(HandleWebhooks(ids=tuple(ids)))


def _told_apart(session: Session, gateway: Gateway, listed: Sequence[Told]) -> list[Told]:
    """An event under whose name another thing has come in has a name of its own here, so that it is not kept out.

    Where not all that an event says is signed, whoever has read one may have it say what they like, and be faster.
    """
    if not gateway.can(Capability.SIGNATURE_CHECKS):
        return list(listed)
    came = known_bodies(session, gateway.name, [name for name, _, _ in listed])
    return [
        (name if _is_same(gateway, came.get(name, body), body) else f"{name}{AS_LISTED}", kind, body)
        for name, kind, body in listed
    ]


def _is_same(gateway: Gateway, came: str, listed: str) -> bool:
    """Whether both ring for the same; a list may write it otherwise than a delivery."""
    try:
        return came == listed or gateway.translate(came.encode()) == gateway.translate(listed.encode())
    except ValueError:  # one of them says nothing that is understood
        return False
