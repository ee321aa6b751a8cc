"""A twin of the checkout page's form for programs: `POST /sandbox/checkout-sessions/{id}/pay`."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.answering import Refused, endpoint, json_response, read_json
from sandbox.faults import ApiFault
from sandbox.interference import InjectedFailure, around_operation, around_request
from sandbox.json_types import JsonObject
from sandbox.stripe.api.call import Cause
from sandbox.stripe.cards import issuer
from sandbox.stripe.checkout import pay as checkout_pay
from sandbox.stripe.checkout import payment as checkout_payment
from sandbox.stripe.checkout.pay import Buyer, Outcome
from sandbox.stripe.checkout.shape import KIND
from sandbox.stripe.payment_methods import payment_methods
from sandbox.world import World

CARD_DEFAULT = "4242424242424242"
SHOWN = ("id", "mode", "status", "payment_status", "payment_intent", "setup_intent", "subscription", "customer")


def routes() -> list[Route]:
    """The page's form, and what the bank of a payment says that took some days."""
    return [
        Route("/sandbox/checkout-sessions/{session}/pay", pay, methods=["POST"]),
        Route("/sandbox/checkout-sessions/{session}/clear", endpoint(clear), methods=["POST"]),
    ]


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
    """JSON `card_number`, `expires` (as `4 / 31`), `email`, `name`, `authentication`, `clears_later`, all optional.

    `authentication` is `complete` or `fail`, should the bank ask for 3D Secure; what `clears_later` is processed until
    `clear` tells how it ends. 200 when the session is complete, 402
    when the card is refused, 410 when the session has expired.
    """
    world: World = request.app.state.world
    fault = world.faults.strike_request(request.method, request.url.path)
    return await around_request(fault, Refusals(), lambda: _pay(world, request, fault))


async def clear(request: Request, world: World) -> object:
    """JSON `{"paid": true}`: the bank of a payment with `clears_later` answers."""
    session, is_paid = _session(world, request.path_params["session"]), (await read_json(request)).get("paid")
    if not isinstance(is_paid, bool):
        raise Refused("`paid` must be true or false.")
    intent = world.store.get("payment_intent", session["payment_intent"] or "")
    if intent is None or intent["status"] != "processing":
        raise Refused("Nothing of this checkout session is being processed.", 409)
    method = payment_methods.of_name(world, intent["payment_method"])
    if not is_paid:
        issuer.steer(world, method["id"], "insufficient_funds")
    return checkout_payment.clear(world, session, intent, method, Cause())


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
    session = _session(world, session_id)
    return checkout_pay.pay(world, session, _buyer(wishes, session))


def _session(world: World, session_id: str) -> JsonObject:
    session = world.store.get(KIND, session_id)
    if session is None:
        raise Refused("There is no such checkout session.", 404)
    return session


def _buyer(wishes: JsonObject, session: JsonObject) -> Buyer:
    given = {name: wishes.get(name) or "" for name in ("card_number", "email", "name", "expires")}
    authentication = wishes.get("authentication", "complete")
    if not all(isinstance(value, str) for value in given.values()):
        raise Refused("`card_number`, `email`, `name` and `expires` must be texts.")
    if authentication not in ("complete", "fail"):
        raise Refused("`authentication` must be `complete` or `fail`.")
    clears_later = wishes.get("clears_later", False)
    if not isinstance(clears_later, bool) or (clears_later and session["mode"] != "payment"):
        raise Refused("`clears_later` must be true or false, and is for single payments only.")
    number = given.pop("card_number") or CARD_DEFAULT
    return Buyer(card_number=number, authentication=authentication, clears_later=clears_later, **given)


def _shown(outcome: Outcome) -> Response:
    session = outcome.session
    facts = {name: session[name] for name in SHOWN}
    if outcome.done:
        more = {"already_paid": outcome.already, "landing_url": checkout_pay.landing_url(session)}
        return json_response({**facts, **more})
    error = {"message": outcome.message, "code": outcome.code, "decline_code": outcome.decline_code}
    return json_response({**facts, "error": error}, 410 if session["status"] == "expired" else 402)
