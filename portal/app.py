"""One process's portal, put together."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from starlette.routing import Route, Router

from ingress.acceptance import Acceptance
from ingress.connection_limit import ConnectionLimit
from ingress.group_commit import GroupCommit
from ingress.health import Health
from ingress.operation_store import OperationStore
from ingress.reads import Reads
from ingress.ringing import Ringer, command_ringer, mail_ringer, set_ringer
from ingress.server import begin
from ingress.waiting import Waiting
from portal.account.every import OF_ACCOUNT
from portal.entering import Entering
from portal.forgery import SameOrigin
from portal.frame import Portal, Walls
from portal.hands import Hands
from portal.joining import Joining
from portal.mailed_codes import MailedCodes
from portal.operation_page import OperationPage
from portal.pace import Pace
from portal.pages import Pages
from portal.parked_forms import page_of, parking_of
from portal.proving import Proving
from portal.showing import Showing
from portal.signing_in import SigningIn
from portal.site import Site, site_of
from portal.staging import Staging, ring_after
from portal.static_files import StaticFiles
from portal.transfers import Transfers
from portal.visitors import Visitors
from portal.wanted import Wanted
from settings import Settings
from workers.celery_app import make_app as make_celery_app
from workers.producer import Bell


def serve() -> Portal:
    """The portal of one process, as `python -m portal` runs it."""
    return begin("portal", make_portal)


def make_portal(settings: Settings) -> Portal:
    """Build a portal; it opens its connections when the server starts it up."""
    reads, site, files = Reads(settings.portal_database_url), site_of(settings), StaticFiles()
    pages, visitors = Pages(settings, files), Visitors(reads, site)
    health, waiting = Health(reads), Waiting(reads)
    bell = Bell(make_celery_app(settings.broker_url))
    ringers = command_ringer(bell), set_ringer(bell), mail_ringer(bell)
    operations = GroupCommit(OperationStore(settings.portal_database_url), ring_after(*ringers[:2]))
    acceptance = Acceptance(operations, reads)
    showing, staging = Showing(reads, visitors, pages), Staging(acceptance, waiting)
    hands = Hands(reads, visitors, showing, staging, site, Transfers(settings))
    parking = parking_of(reads, site)
    codes = MailedCodes(reads, ringers[2], settings.portal_sign_ins_per_address)
    routes = [
        *Entering(reads, visitors, pages, site).routes(),
        *SigningIn(reads, pages, site, codes).routes(),
        *Proving(reads, visitors, showing, site, codes).routes(),
        *Joining(reads, visitors, pages, acceptance, waiting).routes(),
        *page_of(parking, visitors, showing).routes(),
        *OperationPage(hands, waiting).routes(),
        *(route for page in OF_ACCOUNT for route in page(hands).routes()),
        Route("/healthz", health.alive, methods=["GET"]),
        Route("/static/{name}", files.show, methods=["GET"]),
    ]
    router = Router(routes, redirect_slashes=False, lifespan=lifespan(ringers, operations, reads.close))
    limit = ConnectionLimit(settings.ingress_connections_per_address)
    walls = Walls(pace_of(settings, site), parking, Wanted(site))
    return Portal(SameOrigin(router, site.origin), pages, site, waiting.release, limit, walls)


def pace_of(settings: Settings, site: Site) -> Pace:
    """How many pages may be asked for, of the portal and of the console alike."""
    return Pace(site, settings.page_requests_per_minute, settings.address_page_requests_per_minute)


def lifespan(
    ringers: Sequence[Ringer], operations: GroupCommit[Any, Any], close: Callable[[], None]
) -> Callable[[object], AbstractAsyncContextManager[None]]:
    """What starts and stops with the server."""

    @asynccontextmanager
    async def running(_router: object) -> AsyncIterator[None]:
        for ringer in ringers:
            ringer.start()
        operations.start()
        yield
        await operations.stop()
        for ringer in ringers:
            ringer.stop()
        close()

    return running
