"""What can go wrong, as exceptions."""

from collections.abc import Mapping
from typing import Any


class CashbeatError(Exception):
    """Root of all of them."""


class Refused(CashbeatError):
    """The API, or the worker that did the command, refused it: the same request is refused again.

    `code` is a stable word for programs, `detail` one sentence for people, `errors` one `field` and `message` each.
    `problem` is all that was told (RFC 9457).
    """

    def __init__(self, problem: Mapping[str, Any], status: int = 0) -> None:
        self.problem = dict(problem)
        self.status = int(problem.get("status", status))
        self.code = str(problem.get("type", "")).rpartition(":")[2] or "refused"
        self.detail = str(problem.get("detail", ""))
        self.errors: list[dict[str, str]] = list(problem.get("errors") or [])
        self.request_id = str(problem.get("request_id", ""))
        fields = "".join(f" {error.get('field')}: {error.get('message')}." for error in self.errors)
        super().__init__(f"{self.code}: {self.detail}{fields}")


class Unreachable(CashbeatError):
    """No answer came, or none that says anything, however often it was tried. Say it again under the same key."""


class NotFinished(CashbeatError):
    """The command is stored and not done yet. `operation_id` is what to ask for; nothing was canceled."""

    def __init__(self, operation_id: str, status: str) -> None:
        super().__init__(f"operation {operation_id} is {status}")
        self.operation_id = operation_id
        self.status = status


class NotGenuine(CashbeatError):
    """A webhook that is not from Cashbeat, or not from now."""
