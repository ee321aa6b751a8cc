"""Find out which events are genuine that the door could not check: fetch what they say they were signed by, or ask.

A genuine one goes to the inbox and is handled like any other, a refused one is gone, and one that is signed by what
nobody trusts here waits, in the end for a person. Nothing else is done with any of them.
"""

import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy import delete
from sqlalchemy.orm import Session

from billing.errors import Rejected
from database.inbox import remember_delivery
from database.turns import turn
from database.unverified import REFUSED_FOR, UnverifiedEvent, find_certificate, keep_certificate
from database.webhook_findings import count_refused
from gateways.gateway import Gateway
from schemas.facts.signatures import UncheckedEvent
from schemas.messages.webhooks import HandleWebhooks
from workers import claims
from workers.wiring import Work

log = structlog.get_logger(__name__)

# No event is begun with later than this; where the vendor itself is asked, one takes a call for each endpoint of ours.
BUDGET_SECONDS = 20.0
# what another worker sees to at this moment, or what there was no time for
LEFT_FOR = timedelta(seconds=5)
# what is kept of a place where no certificate lies that could be believed
REFUSED = ""


class CertificateRefused(Exception):
    """Whatever is said to be signed by what lies there is not genuine."""


def verify_webhooks(work: Work, event_ids: Sequence[UUID]) -> None:
    """Claim, call, record. Those signed by one certificate have it fetched once."""
    taken = claims.take(work.database, UnverifiedEvent, event_ids, with_suspects=True)
    by_place: dict[tuple[str, str], list[UnverifiedEvent]] = defaultdict(list)
    for event in claims.lease_all(work.database, taken, claims.LONG_LEASE):
        by_place[event.gateway, event.certificate_url].append(event)
    until = time.monotonic() + BUDGET_SECONDS
    genuine = [row_id for (name, url), events in by_place.items() for row_id in _verify(work, name, url, events, until)]
    if genuine:
        work.bell.ring(HandleWebhooks(ids=tuple(genuine)))


def _verify(work: Work, name: str, url: str, events: Sequence[UnverifiedEvent], until: float) -> list[UUID]:
    """The ids, in the inbox, of those that are genuine and new there."""
    try:
        gateway = work.gateway(name)
        pem = _certificate(work, gateway, url, until) if url else ""
    except CertificateRefused:
        _refuse(work, events, "certificate_refused")
        return []
    except Exception as error:  # noqa: BLE001 - each ends by its family
        claims.give_up(work.database, events, error)
        return []
    if pem is None:
        _leave(work, events, "its certificate is not known yet")
        return []
    return [row_id for event in events for row_id in _verify_one(work, gateway, event, pem, until)]


def _certificate(work: Work, gateway: Gateway, url: str, until: float) -> str | None:
    """PEM; nothing when somebody else is about to know, or there is no time left. Raises CertificateRefused."""
    known = _known(work, gateway, url)
    if known is not None or time.monotonic() > until:
        return known
    # one of a gateway at a time, whatever the address: whoever makes addresses up keeps one worker busy and no more
    with turn(work.database, f"{gateway.name}/certificates") as is_ours:
        known = _known(work, gateway, url)
        return _fetch(work, gateway, url) if is_ours and known is None else known


def _known(work: Work, gateway: Gateway, url: str) -> str | None:
    with work.database.transaction() as session:
        known = find_certificate(session, gateway.name, url, work.wall().at)
    if known == REFUSED:
        raise CertificateRefused
    return known


def _fetch(work: Work, gateway: Gateway, url: str) -> str:
    now = work.wall().at
    try:
        found = gateway.signature_checks.fetch_certificate(url, now)
        pem, valid_until = found.pem, found.valid_until or now + REFUSED_FOR
        say = log.info if found.valid_until else log.warning
        name = "certificate_fetched" if found.valid_until else "certificate_untrusted"
        say(name, gateway=gateway.name, url=url, valid_until=valid_until.isoformat())
    except Rejected as refusal:
        pem, valid_until = REFUSED, now + REFUSED_FOR
        log.warning("certificate_refused", gateway=gateway.name, url=url, reason=refusal.detail)
    with work.database.transaction() as session:
        keep_certificate(session, gateway.name, url, pem, valid_until)
    if pem == REFUSED:
        raise CertificateRefused
    return pem


def _verify_one(work: Work, gateway: Gateway, event: UnverifiedEvent, pem: str, until: float) -> list[UUID]:
    if time.monotonic() > until:
        _leave(work, [event], "there was no time for it")
        return []
    with claims.attempt(work.database, event):
        try:
            gateway.signature_checks.check(_unchecked(event), pem, work.wall().at)
        except Rejected as refusal:
            _refuse(work, [event], refusal.code)
        else:
            return _remember(work, event)
    return []


def _unchecked(event: UnverifiedEvent) -> UncheckedEvent:
    return UncheckedEvent(event.body.encode(), event.transmission_id, event.certificate_url, event.evidence)


def _remember(work: Work, event: UnverifiedEvent) -> list[UUID]:
    """Nothing new when the gateway has told it before, or under the same transmission something else."""
    new: list[UUID] = []

    def act(session: Session) -> None:
        told = event.event_id, event.event_type, event.body
        new.extend(remember_delivery(session, event.gateway, told, event.transmission_id))
        _forget(session, event)

    return new if claims.finish(work.database, event, act) else []


def _refuse(work: Work, events: Sequence[UnverifiedEvent], reason: str) -> None:
    for event in events:
        claims.finish(work.database, event, partial(_forget, event=event))
    with work.database.transaction() as session:
        count_refused(session, events[0].gateway, len(events))
    names = [event.event_id for event in events]
    log.warning("webhooks_refused", gateway=events[0].gateway, reason=reason, count=len(events), event_ids=names)


def _forget(session: Session, event: UnverifiedEvent) -> None:
    session.execute(delete(UnverifiedEvent).where(UnverifiedEvent.id == event.id))


def _leave(work: Work, events: Sequence[UnverifiedEvent], reason: str) -> None:
    for event in events:
        claims.postpone(work.database, event, LEFT_FOR, reason, is_tried=False)
