"""One process's portal, put together."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from multiprocessing import parent_process

from starlette.routing import Route, Router

import logs
import settings as configuration
from ingress.connection_limit import ConnectionLimit
from ingress.health import Health
from ingress.reads import Reads
from ingress.server import prepare_interpreter
from parting import end_with_parent
from portal.entering import Entering
from portal.forgery import SameOrigin
from portal.frame import Portal
from portal.pages import Pages
from portal.sessions_page import SessionsPage
from portal.showing import Showing
from portal.site import site_of
from portal.static_files import StaticFiles
from portal.visitors import Visitors
from settings import Settings


def serve() -> Portal:
    """The portal of one process, as `python -m portal` runs it."""
    settings = configuration.load()
    logs.configure(settings, "portal")
    if parent_process() is not None:  # one of several: started by the process that the supervisor knows
        end_with_parent()
    portal = make_portal(settings)
    prepare_interpreter()
    return portal


def make_portal(settings: Settings) -> Portal:
    """Build a portal; it opens its connections when the first page is asked for."""
    reads, site, files = Reads(settings.portal_database_url), site_of(settings), StaticFiles()
    pages, visitors = Pages(settings, files), Visitors(reads, site)
    showing, health = Showing(reads, visitors, pages), Health(reads)
    entering, sessions = Entering(reads, visitors, pages, site), SessionsPage(showing)
    routes = [
        Route("/", sessions.home, methods=["GET"]),
        Route("/healthz", health.alive, methods=["GET"]),
        Route("/static/{name}", files.show, methods=["GET"]),
        Route("/enter/{token}", entering.show, methods=["GET"]),
        Route("/enter/{token}", entering.enter, methods=["POST"]),
        Route("/leave", entering.leave, methods=["POST"]),
        Route("/account/sessions", sessions.show, methods=["GET"]),
    ]
    router = Router(routes, redirect_slashes=False, lifespan=_lifespan((reads.close,)))
    limit = ConnectionLimit(settings.ingress_connections_per_address)
    return Portal(SameOrigin(router, site.origin), pages, site, lambda: None, limit)


def _lifespan(stops: Sequence[Callable[[], None]]) -> Callable[[object], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_router: object) -> AsyncIterator[None]:
        yield
        for stop in stops:
            stop()

    return lifespan
