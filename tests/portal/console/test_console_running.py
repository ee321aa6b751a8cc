"""How the work runs, in the console: the figures of the metrics, each queue's heartbeat, and the way to Flower."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.orm import Session

from billing.statements.keep import keep_lines
from database.operations import stage_command
from database.upkeep import record_heartbeat
from ingress.queries.running import QUEUES
from portal.console.app import make_console
from schemas.facts.statements import BankLine
from schemas.permissions import StaffRole
from settings import Settings
from stack.ports import free_port
from tests.portal.console.conftest import AtWork, Hire
from tests.portal.running_portal import Browser, running

RUNNING = "/admin/operations/running"


def _row(page: str, name: str) -> list[str]:
    """What stands in a line of a table, without its links."""
    found = re.search(rf'<tr><th scope="row">{name}</th>(.*?)</tr>', page)
    assert found, page
    return [re.sub("<[^>]+>", "", cell).strip() for cell in re.findall(r"<td[^>]*>(.*?)</td>", found[1])]


def test_what_waits_is_told_by_memory_and_since_when(
    at_work: AtWork, hire: Hire, books_of_portal: Session, new_customer: Callable[..., UUID]
) -> None:
    body = {"account_id": str(new_customer()), "name": "Jo Smith"}
    due, parked = (stage_command(books_of_portal, "open_portal", body, f"app/{uuid4()}") for _ in range(2))
    late = text("UPDATE operations SET next_attempt_at = now() - interval '3 hours' WHERE id = :id")
    books_of_portal.execute(late, {"id": due})
    gave_up = text("UPDATE operations SET state = 'parked', error = 'E', finished_at = now() WHERE id = :id")
    books_of_portal.execute(gave_up, {"id": parked})
    page = at_work(hire(StaffRole.OPERATOR)).open(RUNNING)
    assert page.status_code == 200
    count, longest, _, _, waits = _row(page.text, "operations")
    standing = books_of_portal.scalar(text("SELECT count(*) FROM operations WHERE state = 'ready'"))
    assert (int(count), longest, int(waits) >= 1) == (standing, "3 h", True)
    assert 'href="/admin/operations?status=parked"' in page.text
    assert _row(page.text, "unverified events")[0] == "0"


def test_what_waits_for_a_person_leads_to_where_it_is_decided_if_they_may_look(
    at_work: AtWork, hire: Hire, books_of_portal: Session
) -> None:
    line = BankLine("DE89370400440532013000", datetime.now(UTC).date(), 1_234, "USD", 1_234, text="For Sam")
    (line_id,) = keep_lines(books_of_portal, [line], "operator/mo")
    long_ago = text("UPDATE statement_lines SET created_at = created_at - interval '90 days' WHERE id = :id")
    books_of_portal.execute(long_ago, {"id": line_id})
    link = 'href="/admin/payments/statements?status=open"'
    for role, is_shown in ((StaffRole.ADMIN, True), (StaffRole.OPERATOR, False)):
        robin = at_work(hire(role))
        page = robin.open(RUNNING).text
        told = page.partition("<dt>Statement lines</dt><dd>")[2].partition("</dd>")[0]
        assert (re.sub("<[^>]+>", "", told), link in page) == ("1", is_shown), role
        assert robin.open("/admin/payments/statements?status=open").status_code == (200 if is_shown else 403)


def test_a_queue_whose_heart_does_not_beat_is_late(at_work: AtWork, hire: Hire, books_of_portal: Session) -> None:
    robin = at_work(hire(StaffRole.SUPPORT))
    books_of_portal.execute(text("DELETE FROM heartbeats"))
    page = robin.open(RUNNING).text
    assert ("No worker answers for these queues" in page, _row(page, "payments")) == (True, ["! late", "never"])
    for queue in QUEUES:
        record_heartbeat(books_of_portal, queue, "worker@test")
    books_of_portal.execute(text("UPDATE heartbeats SET beat_at = now() - interval '5 minutes' WHERE queue = 'emails'"))
    page = robin.open(RUNNING).text
    assert (_row(page, "emails"), _row(page, "payments")[0]) == (["! late", "5 min ago"], "✓ well")


def test_it_leads_to_flower_where_that_is_known(
    console_settings: Settings, at_work: AtWork, hire: Hire, books_of_portal: Session
) -> None:
    robin = at_work(hire(StaffRole.OPERATOR))
    assert "FLOWER_PUBLIC_URL is not set" in robin.open(RUNNING).text
    operation_id = stage_command(books_of_portal, "open_portal", {"name": "x"}, f"app/{uuid4()}")
    assert "Flower" not in robin.open(f"/admin/operations/{operation_id}").text
    port = free_port(0)
    told = {"flower_public_url": "https://flower.example/watch/", "console_port": port}
    with running(make_console(console_settings.model_copy(update=told)), port) as address:
        beside = Browser(address)
        beside.http.cookies = robin.http.cookies
        assert 'href="https://flower.example/watch" rel="noreferrer"' in beside.open(RUNNING).text
        page = beside.open(f"/admin/operations/{operation_id}").text
        assert f'href="https://flower.example/watch/task/{operation_id}"' in page
        beside.close()
