"""One process's door, put together."""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any
from uuid import UUID

import structlog
from starlette.routing import Router

from credentials.master_keys import MasterKeys, parse
from ingress import metrics
from ingress.acceptance import Acceptance
from ingress.commands import Commands
from ingress.confirm_page import ConfirmPage
from ingress.connection_limit import ConnectionLimit
from ingress.door import Door
from ingress.endpoint_secrets import ShownSecrets
from ingress.entries import all_entries
from ingress.group_commit import GroupCommit
from ingress.health import Health
from ingress.identity import Identity
from ingress.inbox_store import ArrivedEvent, InboxStore
from ingress.limits.failures import Failures
from ingress.limits.limits import Limits
from ingress.limits.shared import SharedCounts
from ingress.new_keys import NewKeys
from ingress.openapi.served import Reference
from ingress.operation_store import NewOperation, OperationStore, StoredOperation
from ingress.operations import Operations
from ingress.origins import Origins
from ingress.parts import Parts
from ingress.pay_page import PayPage
from ingress.portal_links import PortalLinks
from ingress.previews import Previews
from ingress.queries.answers import Queries
from ingress.queries.team import Invited
from ingress.reads import Reads
from ingress.ringing import Ringer, command_ringer, event_ringer, ring_for_new, set_ringer, unverified_ringer
from ingress.routes import routes
from ingress.seller_page import SellerPage
from ingress.server import begin
from ingress.unverified_store import UncheckedArrival, UnverifiedStore
from ingress.user_tokens import user_tokens
from ingress.waiting import Waiting
from ingress.webhook_secrets import WebhookSecrets
from ingress.webhooks import Webhooks
from settings import Settings
from workers.celery_app import make_app as make_celery_app
from workers.producer import Bell

log = structlog.get_logger(__name__)


def serve() -> Door:
    """The door of one process, as `python -m ingress` runs it."""
    return begin("ingress", make_door)


def make_door(settings: Settings) -> Door:
    """Build a door; it opens its connections when the server starts it up."""
    reads = Reads(settings.ingress_database_url)
    limits = Limits(SharedCounts(settings.broker_url, settings.ingress_processes), settings)
    failures_max = settings.address_failures_per_minute
    identity = Identity(reads, user_tokens(settings), limits, Failures(failures_max, "keys or tokens"))
    links = Failures(failures_max, "links")
    waiting = Waiting(reads)
    bell = _bell(settings)
    ringers = event_ringer(bell), unverified_ringer(bell), command_ringer(bell), set_ringer(bell)
    events, unchecked, commands, sets = ringers
    inbox = GroupCommit(InboxStore(settings.ingress_database_url), _after_events(events))
    unverified = GroupCommit(UnverifiedStore(settings.ingress_database_url), _after_unchecked(unchecked))
    secrets = _secrets(settings, reads)
    operations = GroupCommit(OperationStore(settings.ingress_database_url), _after_commands(commands, sets))

    acceptance = Acceptance(operations, reads)
    taking = Commands(identity, acceptance, waiting)
    parts = Parts(
        webhooks={name: Webhooks(name, watched, inbox, unverified) for name, watched in secrets.signatures.items()},
        command=taking,
        new_keys=NewKeys(identity, taking),
        portal_links=PortalLinks(identity, taking, settings.portal_public_url, settings.portal_return_hosts),
        query=Queries(reads, identity),
        previews=Previews(reads, identity),
        pay_page=PayPage(reads, acceptance, waiting, SellerPage(settings), settings.public_url, links),
        confirm_page=ConfirmPage(reads, acceptance, waiting, SellerPage(settings), links),
        invited=Invited(reads, links),
        operations=Operations(reads, identity),
        endpoint_secrets=ShownSecrets(reads, identity, _keys(settings)),
        health=Health(reads),
        metrics=metrics.Metrics(reads),
        reference=Reference(),
    )

    lifespan = _lifespan(ringers, (inbox, unverified, operations), secrets, limits, (identity.stop, reads.close))
    connection_limit = ConnectionLimit(settings.ingress_connections_per_address)
    router = Router(routes(all_entries(), parts), redirect_slashes=False, lifespan=lifespan)
    return Door(router, waiting.release, connection_limit, Origins(settings.user_origins))


def _lifespan(
    ringers: Sequence[Ringer],
    writers: Sequence[GroupCommit[Any, Any]],
    secrets: WebhookSecrets,
    limits: Limits,
    stops: Sequence[Callable[[], None]],
) -> Callable[[object], AbstractAsyncContextManager[None]]:
    """What starts and stops with the server."""

    @asynccontextmanager
    async def lifespan(_router: object) -> AsyncIterator[None]:
        for ringer in ringers:
            ringer.start()
        for writer in writers:
            writer.start()
        await secrets.start()
        yield
        await secrets.stop()
        for writer in writers:
            await writer.stop()
        await limits.stop()
        for ringer in ringers:
            ringer.stop()
        for stop in stops:
            stop()

    return lifespan


def _secrets(settings: Settings, reads: Reads) -> WebhookSecrets:
    return WebhookSecrets(reads, _keys(settings), settings.of_vendor, is_production=settings.is_production)


def _keys(settings: Settings) -> MasterKeys:
    return parse(settings.cashbeat_master_keys.get_secret_value())


def _bell(settings: Settings) -> Bell:
    """The way to the broker, with everything imported: the first webhook is not to wait for half a second of that."""
    app = make_celery_app(settings.broker_url)
    app.connection_for_write().transport  # noqa: B018 - reading it imports the transport; nothing is connected yet
    app.amqp.queues  # noqa: B018
    return Bell(app)


def _after_events(ringer: Ringer) -> Callable[[Sequence[ArrivedEvent], Sequence[UUID | None]], None]:
    def after(events: Sequence[ArrivedEvent], stored: Sequence[UUID | None]) -> None:
        ringer.ring_for([row_id for row_id in stored if row_id])
        each = [(event, row_id is not None) for event, row_id in zip(events, stored, strict=True)]
        metrics.COMMITS.labels("inbox").inc()
        for (gateway, is_new), count in Counter((event.gateway, is_new) for event, is_new in each).items():
            metrics.WEBHOOKS.labels(gateway, "stored" if is_new else "duplicate").inc(count)
        new = [event.event_id for event, is_new in each if is_new]
        # one line per commit, and one text in it: masking every id by itself would cost more than storing it
        log.info("webhooks_stored", event_id=" ".join(new), duplicates=len(events) - len(new))

    return after


def _after_unchecked(ringer: Ringer) -> Callable[[Sequence[UncheckedArrival], Sequence[UUID | None]], None]:
    def after(events: Sequence[UncheckedArrival], stored: Sequence[UUID | None]) -> None:
        new = [(event, row_id) for event, row_id in zip(events, stored, strict=True) if row_id is not None]
        ringer.ring_for([row_id for _, row_id in new])
        metrics.COMMITS.labels("unverified_events").inc()
        for event, _ in new:
            metrics.WEBHOOKS.labels(event.gateway, "unverified").inc()
        log.info("webhooks_unverified", count=len(new), duplicates=len(events) - len(new))

    return after


def _after_commands(
    ringer: Ringer, ringer_of_sets: Ringer
) -> Callable[[Sequence[NewOperation], Sequence[StoredOperation]], None]:
    def after(operations: Sequence[NewOperation], stored: Sequence[StoredOperation]) -> None:
        ring_for_new(operations, stored, ringer, ringer_of_sets)
        metrics.COMMITS.labels("operations").inc()
        ids = defaultdict(list)
        for operation, outcome in zip(operations, stored, strict=True):
            ids[operation.kind, "stored" if outcome.is_new else "replayed"].append(str(operation.id))
        for (kind, outcome_name), each in ids.items():
            metrics.COMMANDS.labels(kind, outcome_name).inc(len(each))
            # one line for all of a commit, as of webhooks
            log.info(f"commands_{outcome_name}", operation_id=" ".join(each), kind=kind)

    return after
