"""The inbox: every accepted e-mail, for people (HTML) and programs (JSON)."""

from urllib.parse import quote

import orjson
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from sandbox.answering import Refused, endpoint, read_json
from sandbox.json_types import JsonObject
from sandbox.resend import attachments, events
from sandbox.resend.emails import KIND
from sandbox.templating import page
from sandbox.world import World

# the page stays quick to open after a long run; inbox.json has them all
SHOWN_MAX = 50
LISTED = ("id", "from", "to", "subject", "idempotency_key", "created_at")
# an e-mail may style itself and load pictures, as in a mail program, and nothing else
FRAME_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data: https: http:; font-src data:"
FILE_LISTED = ("filename", "size", "sha256")


def routes() -> list[Route]:
    """What can be opened."""
    return [
        Route("/sandbox/inbox", show),
        Route("/sandbox/inbox.json", listing),
        Route("/sandbox/inbox/{id}", show_one),
        Route("/sandbox/inbox/{id}/html", show_html),
        Route("/sandbox/inbox/{id}/events", endpoint(tell), methods=["POST"]),
        Route("/sandbox/inbox/{id}/attachments/{number:int}", download),
    ]


async def show(request: Request) -> Response:
    """The latest e-mails, newest first."""
    world: World = request.app.state.world
    newest = [email for _, email in zip(range(SHOWN_MAX), world.store.newest_first(KIND), strict=False)]
    return page("inbox.html", emails=newest, total=world.store.count(KIND))


async def show_one(request: Request) -> Response:
    """One e-mail as its reader sees it: the HTML in a frame without scripts, the text, the attachments."""
    email = _email(request)
    if email is None:
        return page("notice.html", 404, title="No such e-mail", text="There is no e-mail under this address.")
    return page("email.html", email=email)


async def show_html(request: Request) -> Response:
    """The HTML part alone, for the frame: no script runs in it and no form can be sent."""
    email = _email(request)
    headers = {"Content-Security-Policy": FRAME_POLICY, "X-Content-Type-Options": "nosniff"}
    if email is None:
        return HTMLResponse("", 404, headers)
    world: World = request.app.state.world
    return HTMLResponse(
        attachments.with_pictures(world.options.home, email["html"], email["attachments"]), 200, headers
    )


async def listing(request: Request) -> Response:
    """All e-mails as JSON, oldest first. `sends` counts accepted sends: a replayed answer sends nothing."""
    world: World = request.app.state.world
    rows = [_row(email) for email in world.store.oldest_first(KIND)]
    return Response(orjson.dumps({"sends": len(rows), "emails": rows}), media_type="application/json")


async def download(request: Request) -> Response:
    """One attachment as a file."""
    world: World = request.app.state.world
    email, number = _email(request), request.path_params["number"]
    if email is None or number >= len(email["attachments"]):
        return page("notice.html", 404, title="No such attachment", text="There is no file under this address.")
    described = email["attachments"][number]
    content = attachments.path_of(world.options.home, described["sha256"]).read_bytes()
    disposition = f"attachment; filename*=UTF-8''{quote(described['filename'], safe='')}"
    headers = {"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff"}
    return Response(content, headers=headers, media_type="application/octet-stream")


async def tell(request: Request, world: World) -> object:
    """JSON `{"type": "email.bounced", "soft": true}`: what became of an e-mail, told as Resend would."""
    email, wanted = _email(request), await read_json(request)
    if email is None:
        raise Refused("There is no such e-mail.", 404)
    if wanted.get("type") not in events.TYPES:
        raise Refused(f"`type` must be one of {', '.join(events.TYPES)}.")
    return events.tell(world, email, str(wanted["type"]), events.BOUNCES["soft"] if wanted.get("soft") else None)


def _email(request: Request) -> JsonObject | None:
    world: World = request.app.state.world
    return world.store.get(KIND, request.path_params["id"])


def _row(email: JsonObject) -> JsonObject:
    files = [{name: file[name] for name in FILE_LISTED} for file in email["attachments"]]
    return {**{name: email[name] for name in LISTED}, "attachments": files}
