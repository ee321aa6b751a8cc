"""What stands in forms of the console, and what they lead to."""

import re
from uuid import UUID

import httpx

from calls.run_command import run_command
from tests.portal.running_portal import PATIENCE, Browser
from workers.wiring import Work


def fields_of(page: httpx.Response) -> dict[str, str]:
    """What its form sends along without being asked for."""
    assert page.status_code in {200, 422}, page.text
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text))


def do(browser: Browser, path: str, hands: Work, **typed: str) -> UUID:
    """Open a form, fill it in, send it twice, as impatient people do, and have a worker carry it out: its operation."""
    fields = {**fields_of(browser.open(path)), **typed}
    first, again = _sent(browser, path, fields), _sent(browser, path, fields)
    assert (first.status_code, again.status_code) == (303, 303), first.text
    assert first.headers["location"] == again.headers["location"], "sent twice it is one operation"
    operation_id = UUID(first.headers["location"].rpartition("/")[2])
    run_command(hands, operation_id)
    return operation_id


def outcome(browser: Browser, operation_id: UUID) -> str:
    """What the page of an operation says."""
    page = browser.open(f"/operations/{operation_id}")
    assert page.status_code == 200
    return page.text


def _sent(browser: Browser, path: str, fields: dict[str, str]) -> httpx.Response:
    """On a machine that is busy again, which changes nothing: it is the same form."""
    answer = browser.send(path, fields)
    for _ in range(PATIENCE):
        if answer.status_code != 503:
            break
        answer = browser.send(path, fields)
    return answer
