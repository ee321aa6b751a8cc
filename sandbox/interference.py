"""Where faults meet requests: the same for every vendor and page."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from starlette.responses import Response

from sandbox.faults import AnswerLost, ApiFault, ServerError, Slow, TimeoutBefore, TooManyRequests
from sandbox.protocol import CutConnection

Result = TypeVar("Result")


class InjectedFailure(Exception):
    """Raised in place of, or after, an operation. Each vendor words its own 500 for it."""


class Refusals(Protocol):
    """A vendor's words for being turned away at the edge."""

    def too_many_requests(self, retry_after_seconds: int) -> Response:
        """429 with Retry-After."""

    def server_error(self) -> Response:
        """500 from the edge."""


async def around_request(
    fault: ApiFault | None, refusals: Refusals, execute: Callable[[], Awaitable[Response]]
) -> Response:
    """What happens outside of the execution: refused early, swallowed, or the answer lost."""
    match fault:
        case TooManyRequests():
            return refusals.too_many_requests(fault.retry_after_seconds)
        case ServerError(stage="before"):
            return refusals.server_error()
        case TimeoutBefore():
            await asyncio.sleep(fault.seconds)
            return CutConnection()
        case AnswerLost():
            await execute()
            return CutConnection()
        case _:
            return await execute()


async def around_operation(fault: ApiFault | None, operation: Callable[[], Result]) -> Result:
    """What happens inside of the execution, while an idempotency key is held. Raises InjectedFailure."""
    if isinstance(fault, Slow):
        await fault.last()
    if isinstance(fault, ServerError) and fault.stage == "during":
        raise InjectedFailure
    result = operation()
    if isinstance(fault, ServerError) and fault.stage == "after":
        raise InjectedFailure
    return result
