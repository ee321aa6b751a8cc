"""Certificates, for whoever checks a signature: no token is asked for. And what steers them."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.answering import endpoint
from sandbox.interference import around_request
from sandbox.paypal.api.errors import PayPalError
from sandbox.paypal.api.gate import Refusals, refused
from sandbox.paypal.api.links import PREFIX
from sandbox.paypal.webhooks.sender import CERTIFICATES
from sandbox.world import World


def routes() -> list[Route]:
    """One for checkers, two for people and tests."""
    return [
        Route(f"{PREFIX}{CERTIFICATES}{{name}}", serve, methods=["GET"]),
        Route("/sandbox/paypal/certificates", endpoint(show), methods=["GET"]),
        Route("/sandbox/paypal/certificates/rotate", endpoint(rotate), methods=["POST"]),
    ]


async def serve(request: Request) -> Response:
    """One of ours, with the authority's below it."""
    world: World = request.app.state.world

    async def answer() -> Response:
        pem = world.paypal_signer.certificate(request.path_params["name"])
        return refused(PayPalError(404)) if pem is None else Response(pem, media_type="application/x-pem-file")

    fault = world.faults.strike_request(request.method, request.url.path)
    return await around_request(fault, Refusals(), answer)


async def show(request: Request, world: World) -> object:
    """The certificate that is signed with, and the file that makes others trust it."""
    signer = world.paypal_signer
    return {"current": signer.current, "trust_file": str(signer.trust_file.absolute())}


async def rotate(request: Request, world: World) -> object:
    """Sign with another one from now on; those before stay where they are."""
    return {"current": world.paypal_signer.rotate()}
