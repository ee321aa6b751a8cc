"""One process's console, put together: the portal's frame and machinery, around pages of its own."""

from dataclasses import replace

from starlette.routing import Route, Router

from credentials.master_keys import parse
from ingress.acceptance import Acceptance
from ingress.connection_limit import ConnectionLimit
from ingress.group_commit import GroupCommit
from ingress.health import Health
from ingress.operation_store import OperationStore
from ingress.reads import Reads
from ingress.ringing import command_ringer, set_ringer
from ingress.server import begin
from ingress.waiting import Waiting
from portal.app import lifespan, pace_of
from portal.console.colleagues import Colleagues
from portal.console.entering import Entering
from portal.console.every import every
from portal.console.fresh import Fresh
from portal.console.hands import Hands
from portal.console.looking import AccountPages
from portal.console.operation_page import OperationPage
from portal.console.parked_forms import page_of_staff, parking_of_staff
from portal.console.showing import Showing
from portal.forgery import SameOrigin
from portal.frame import Portal, Walls
from portal.pages import Pages
from portal.refused import FOR_STAFF
from portal.site import site_at
from portal.staging import Staging, ring_after
from portal.static_files import StaticFiles
from portal.transfers import Transfers
from portal.wanted import Wanted
from settings import Settings
from workers.celery_app import make_app as make_celery_app
from workers.producer import Bell

# of another name than the portal's: on one machine both may lie under one host, and cookies know no ports
COOKIE = "cashbeat_staff"


def serve() -> Portal:
    """The console of one process, as `python -m portal.console` runs it."""
    return begin("console", make_console)


def make_console(settings: Settings) -> Portal:
    """Build a console; it opens its connections when the server starts it up."""
    at = site_at(settings.console_public_url, settings.console_host, settings.console_port)
    site = replace(at, cookie=COOKIE, cookies_go="strict")
    reads, files = Reads(settings.console_database_url), StaticFiles()
    pages, colleagues = Pages(settings, files, FOR_STAFF), Colleagues(reads, site)
    health, waiting = Health(reads), Waiting(reads)
    bell = Bell(make_celery_app(settings.broker_url))
    ringers = command_ringer(bell), set_ringer(bell)
    operations = GroupCommit(OperationStore(settings.console_database_url), ring_after(*ringers))
    parking = parking_of_staff(reads, site)
    keys = parse(settings.cashbeat_master_keys.get_secret_value())
    showing, staging = Showing(reads, colleagues, pages), Staging(Acceptance(operations, reads))
    hands = Hands(reads, colleagues, showing, staging, Fresh(reads, keys))
    routes = [
        *Entering(reads, colleagues, pages, site, keys).routes(),
        *page_of_staff(parking, colleagues, showing).routes(),
        *OperationPage(hands, waiting).routes(),
        *(route for page in every(hands) for route in page.routes()),
        *AccountPages(hands, pages, site, Transfers(settings)).routes(),
        Route("/healthz", health.alive, methods=["GET"]),
        Route("/static/{name}", files.show, methods=["GET"]),
    ]
    router = Router(routes, redirect_slashes=False, lifespan=lifespan(ringers, operations, reads.close))
    limit = ConnectionLimit(settings.ingress_connections_per_address)
    walls = Walls(pace_of(settings, site), parking, Wanted(site))
    return Portal(SameOrigin(router, site.origin), pages, site, waiting.release, limit, walls)
