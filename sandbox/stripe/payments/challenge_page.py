"""Where an intent in `requires_action` sends the buyer: the page of the card's bank, and a twin of it for programs."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.answering import Refused, endpoint, read_json
from sandbox.forms import MalformedForm, parse_form
from sandbox.json_types import JsonObject
from sandbox.stripe.payments import authentication
from sandbox.stripe.payments.authentication import NothingToAuthenticate
from sandbox.templating import page
from sandbox.world import World

TITLE = "Your bank asks"
FORM_BYTES_MAX = 1_000


def routes() -> list[Route]:
    """The page and its twin."""
    return [
        Route("/authenticate/{intent}", show, methods=["GET"]),
        Route("/authenticate/{intent}", answer, methods=["POST"]),
        Route("/sandbox/intents/{id}/authenticate", endpoint(authenticate), methods=["POST"]),
    ]


async def show(request: Request) -> Response:
    """GET /authenticate/{intent}"""
    intent = _intent(request)
    if intent is None or intent["status"] != "requires_action":
        return _nothing()
    return page("challenge.html", title=TITLE, fields={}, path=request.url.path)


async def answer(request: Request) -> Response:
    """POST /authenticate/{intent}, form field `authentication`: `complete` or `fail`. Leads back to the shop."""
    intent, body = _intent(request), await request.body()
    if intent is None or intent["status"] != "requires_action":
        return _nothing()
    try:
        fields = parse_form(body[:FORM_BYTES_MAX].decode("utf-8", errors="replace"))
    except MalformedForm:
        fields = {}
    back = (intent["next_action"].get("redirect_to_url") or {}).get("return_url")
    after = authentication.answer(request.app.state.world, intent, passed=fields.get("authentication") == "complete")
    if back:
        return RedirectResponse(_landing(back, after), 303)
    return page("notice.html", title="Thank you", text="You can go back to the shop now.")


async def authenticate(request: Request, world: World) -> object:
    """JSON `{"authentication": "complete"}` or `"fail"`: the buyer's answer. Shows the intent afterwards."""
    wanted = (await read_json(request)).get("authentication", "complete")
    if wanted not in ("complete", "fail"):
        raise Refused("`authentication` must be `complete` or `fail`.")
    intent = authentication.waiting(world, request.path_params["id"])
    if intent is None:
        raise Refused("There is no such payment intent or setup intent.", 404)
    try:
        return authentication.answer(world, intent, passed=wanted == "complete")
    except NothingToAuthenticate as problem:
        raise Refused(str(problem), 409) from problem


def _intent(request: Request) -> JsonObject | None:
    return authentication.waiting(request.app.state.world, request.path_params["intent"])


def _landing(return_url: str, intent: JsonObject) -> str:
    mark = "&" if "?" in return_url else "?"
    return f"{return_url}{mark}{intent['object']}={intent['id']}&redirect_status={_redirect_status(intent)}"


def _redirect_status(intent: JsonObject) -> str:
    return "succeeded" if intent["status"] == "succeeded" else "failed"


def _nothing() -> Response:
    return page("notice.html", 404, title="Nothing to confirm", text="No payment is waiting for you here.")
