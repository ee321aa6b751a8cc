"""What tests do with the forms of pages."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import httpx
from sqlalchemy import text
from sqlalchemy.orm import Session

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


def answered(work: Work, books: Session, kind: str, press: Callable[[], httpx.Response]) -> httpx.Response:
    """What a browser is answered while a worker does what comes of this kind."""
    staged = text("SELECT id FROM operations WHERE kind = :kind AND state = 'ready'")
    with ThreadPoolExecutor(1) as hands:
        answer = hands.submit(press)
        while not answer.done():
            for operation_id in books.scalars(staged, {"kind": kind}).all():
                run_command(work, operation_id)
    return answer.result()
