"""What tests do with the forms of pages."""

from uuid import UUID, uuid4

import httpx

from calls.run_command import run_command
from workers.wiring import Work


def sent(**fields: str) -> dict[str, str]:
    """The fields of a form that was opened just now."""
    return {"operation_key": str(uuid4()), **fields}


def done(work: Work, answer: httpx.Response) -> str:
    """A worker does what a form has asked for; the page that tells what became of it."""
    assert answer.status_code == 303, answer.text
    where = answer.headers["location"]
    run_command(work, UUID(where.rpartition("/")[2]))
    return str(where)
