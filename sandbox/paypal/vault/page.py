"""The page where a buyer agrees to save a wallet without a purchase."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.json_types import JsonObject
from sandbox.paypal import buyers
from sandbox.paypal.api.links import PREFIX
from sandbox.paypal.reading import form_of, with_query
from sandbox.paypal.vault import setup_tokens
from sandbox.templating import page
from sandbox.world import World

PATH = PREFIX + setup_tokens.PAGE


def routes() -> list[Route]:
    """The page."""
    return [Route(PATH, show, methods=["GET"]), Route(PATH, answer, methods=["POST"])]


async def show(request: Request) -> Response:
    """GET /paypal/agreements/approve?approval_session_id={setup token}"""
    token = _token(request)
    return _page(token) if token else _unknown()


async def answer(request: Request) -> Response:
    """POST with the form field `email`: agrees, and leads back to the shop."""
    world: World = request.app.state.world
    token, fields = _token(request), await form_of(request)
    if token is None:
        return _unknown()
    email = buyers.email(fields.get("email"))
    if email is None:
        return _page(token, "Please give your e-mail address.")
    try:
        setup_tokens.approve(world, token, email)
    except setup_tokens.NotOpen:
        return _thanks(token)
    back = _landing_url(token, "return_url")
    return RedirectResponse(back, 303) if back else _thanks(token)


def _page(token: JsonObject, message: str = "") -> Response:
    if token["status"] in (setup_tokens.TOKENIZED, setup_tokens.VAULTED):
        return _thanks(token)
    return page(
        "paypal_agree.html",
        422 if message else 200,
        shop=token["experience"]["brand_name"] or "the shop",
        description=token["terms"].get("description", ""),
        email=buyers.EMAIL_DEFAULT,
        message=message,
        cancel_url=_landing_url(token, "cancel_url"),
    )


def _thanks(token: JsonObject) -> Response:
    text = "The shop may charge your wallet from now on, until you take that back."
    return page("notice.html", title="Wallet saved", text=text, link=_landing_url(token, "return_url"))


def _landing_url(token: JsonObject, name: str) -> str:
    session = f"approval_token_id={token['id']}&approval_session_id={token['id']}"
    return with_query(token["experience"][name], session)


def _token(request: Request) -> JsonObject | None:
    return setup_tokens.found(request.app.state.world, request.query_params.get("approval_session_id", ""))


def _unknown() -> Response:
    text = "There is nothing to agree to under this address, or it has expired. Please go back to the shop."
    return page("notice.html", 404, title="Nothing to approve", text=text)
