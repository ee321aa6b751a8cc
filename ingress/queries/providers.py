"""Reads of providers. The door knows nothing that calls anybody: it has no right to read that."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.payments.rate_tables import CallRate
from billing.waking import waits_for
from credentials.queries import count_webhook_secrets, list_shown
from database.event_pulls import EventPull
from database.memories import MEMORIES
from database.webhook_findings import WebhookFindings, read_findings
from gateways.registry import EMAIL_VENDOR, VENDORS, connecting_of
from logs import last_line, redact_text
from schemas.views.base import Page
from schemas.views.providers import ProviderView

# a figure for people: more than so many is much
WAITING_MAX = 1_000


def providers(session: Session) -> Page[ProviderView]:
    """`GET /v1/admin/providers/`"""
    return Page(data=list(_views(session)), next_cursor=None)


def _views(session: Session) -> Iterator[ProviderView]:
    called = {rate.gateway: rate.free_at for rate in session.scalars(select(CallRate))}
    pulled = {pull.gateway: pull.pulled_until for pull in session.scalars(select(EventPull))}
    findings = read_findings(session)
    secrets = count_webhook_secrets(session, datetime.now(UTC))
    for shown in _shown(session):
        found = findings.get(shown["id"], WebhookFindings(refused=0, missing=0))
        yield ProviderView(
            **shown,
            webhook_secrets=secrets.get(shown["id"], 0),
            last_called_at=called.get(shown["id"]),
            events_pulled_until=pulled.get(shown["id"]),
            webhooks_refused=found.refused,
            webhooks_missing=found.missing,
            **_health(session, shown["id"], is_active=shown["is_active"]),
        )


def _shown(session: Session) -> list[dict[str, Any]]:
    """Those of which something is kept, and those that there is a room for, as the environment alone knows them."""
    kept = [{**row, "is_kept": True} for row in list_shown(session)]
    known = {row["id"] for row in kept}
    kinds = {**dict.fromkeys(VENDORS, "payment"), EMAIL_VENDOR[0]: "email"}
    return kept + [_unkept(name, kind) for name, kind in kinds.items() if name not in known]


def _unkept(name: str, kind: str) -> dict[str, Any]:
    connecting = connecting_of(name)
    return {
        "id": name, "display_name": connecting.display_name if connecting else name, "type": kind, "is_kept": False,
        "is_active": True, "is_sandbox": False, "has_key": False, "created_at": None, "endpoint": "",
    }  # fmt: skip


def _health(session: Session, vendor: str, *, is_active: bool) -> dict[str, Any]:
    errors = [error for memory in MEMORIES for error in _put_off(session, memory, vendor)][:WAITING_MAX]
    health = "disabled" if not is_active else "waiting" if errors else "well"
    because = redact_text(last_line(errors[-1])) if errors else ""
    return {"health": health, "waiting": len(errors), "because": because}


def _put_off(session: Session, memory: Any, vendor: str) -> list[str]:
    newest = select(memory.error).where(waits_for(memory, vendor)).order_by(memory.next_attempt_at)
    return [error or "" for error in session.scalars(newest.limit(WAITING_MAX))]
