"""A twin of the checkout page's form for programs: `POST /sandbox/checkout-sessions/{id}/pay`."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.answering import Refused, json_response, read_json
from sandbox.faults import ApiFault
from sandbox.interference import InjectedFailure, around_operation, around_request
from sandbox.json_types import JsonObject
from sandbox.stripe.checkout import pay as checkout_pay
from sandbox.stripe.checkout.pay import Buyer, Outcome
from sandbox.stripe.checkout.shape import KIND
from sandbox.world import World

CARD_DEFAULT = "4242424242424242"
SHOWN = ("id", "mode", "status", "payment_status", "payment_intent", "setup_intent", "subscription", "customer")


def routes() -> list[Route]:
    """One route."""
    return [Route("/sandbox/checkout-sessions/{session}/pay", pay, methods=["POST"])]


class Refusals:
    """Plain words for programs."""

    def too_many_requests(self, retry_after_seconds: int) -> Response:
        """429"""
        answer = json_response({"error": {"message": "Too many requests."}}, 429)
        answer.headers["Retry-After"] = str(retry_after_seconds)
        return answer

    def server_error(self) -> Response:
        """500"""
        return json_response({"error": {"message": "Something went wrong (played by the sandbox)."}}, 500)


async def pay(request: Request) -> Response:
    """JSON `card_number`, `expires` (as `4 / 31`), `email`, `name`, `authentication`, all optional.

    `authentication` is `complete` or `fail`, should the bank ask for 3D Secure. 200 when the session is complete, 402
    when the card is refused, 410 when the session has expired.
    """
    world: World = request.app.state.world
    fault = world.faults.strike_request(request.method, request.url.path)
    return await around_request(fault, Refusals(), lambda: _pay(world, request, fault))


async def _pay(world: World, request: Request, fault: ApiFault | None) -> Response:
    try:
        wishes = await read_json(request)
        session_id = request.path_params["session"]
        return _shown(await around_operation(fault, lambda: _charge(world, session_id, wishes)))
    except Refused as refusal:
        return json_response({"error": {"message": refusal.detail}}, refusal.status)
    except InjectedFailure:
        return Refusals().server_error()


def _charge(world: World, session_id: str, wishes: JsonObject) -> Outcome:
    session = world.store.get(KIND, session_id)
    if session is None:
        raise Refused("There is no such checkout session.", 404)
    return checkout_pay.pay(world, session, _buyer(wishes))


def _buyer(wishes: JsonObject) -> Buyer:
    given = {name: wishes.get(name) or "" for name in ("card_number", "email", "name", "expires")}
    authentication = wishes.get("authentication", "complete")
    if not all(isinstance(value, str) for value in given.values()):
        raise Refused("`card_number`, `email`, `name` and `expires` must be texts.")
    if authentication not in ("complete", "fail"):
        raise Refused("`authentication` must be `complete` or `fail`.")
    number = given.pop("card_number") or CARD_DEFAULT
    return Buyer(card_number=number, authentication=authentication, **given)


def _shown(outcome: Outcome) -> Response:
    session = outcome.session
    facts = {name: session[name] for name in SHOWN}
    if outcome.done:
        more = {"already_paid": outcome.already, "landing_url": checkout_pay.landing_url(session)}
        return json_response({**facts, **more})
    error = {"message": outcome.message, "code": outcome.code, "decline_code": outcome.decline_code}
    return json_response({**facts, "error": error}, 410 if session["status"] == "expired" else 402)
