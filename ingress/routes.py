"""Makes the router's routes of the entries."""

from collections.abc import Iterable, Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ingress.entries.entry import (
    Answers,
    Asks,
    AtGateway,
    Does,
    Entry,
    HandsOut,
    MakesKey,
    OpensPortal,
    Says,
    ShowsAll,
    ShowsOne,
)
from ingress.parts import Endpoint, Parts


def routes(entries: Iterable[Entry], parts: Parts) -> list[Route]:
    """A route per path, in the order of the entries: one for all its methods, so that any other is told of them all."""
    by_path: dict[str, dict[str, Endpoint]] = {}
    for entry in entries:
        by_path.setdefault(entry.path, {})[entry.method] = _endpoint(entry.does, parts)
    return [Route(path, _by_method(endpoints), methods=list(endpoints)) for path, endpoints in by_path.items()]


def _endpoint(does: Does, parts: Parts) -> Endpoint:
    match does:
        case MakesKey(command, about):
            return parts.new_keys.making(command, about)
        case OpensPortal():
            return parts.portal_links.open
        case Says(command, about):
            return parts.command.about(about, command) if about else parts.command.taking(command)
        case AtGateway(by_field):
            return parts.command.at_gateway(by_field)
        case ShowsOne(permission, read, of):
            return parts.query.one(permission, read, of)
        case ShowsAll(permission, read):
            return parts.query.every(permission, read)
        case Asks(permission, wanted, read):
            return parts.query.filtered(permission, wanted, read)
        case HandsOut(permission, read, of):
            return parts.query.file(permission, read, of)
        case Answers():
            return does.endpoint(parts)


def _by_method(endpoints: Mapping[str, Endpoint]) -> Endpoint:
    if len(endpoints) == 1:
        return next(iter(endpoints.values()))

    async def answer(request: Request) -> Response:
        # HEAD is a GET whose body the server leaves out
        method = "GET" if request.method == "HEAD" else request.method
        response: Response = await endpoints[method](request)
        return response

    return answer
