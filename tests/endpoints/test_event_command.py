"""At night somebody asks why the product hears nothing: the command line says why, and sends again what it missed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from settings import Settings
from stack import event_endpoints
from stack.doctor import examine
from stack.errors import StackError
from tests.endpoints.listener import Listener, listening
from tests.endpoints.product import Product
from tests.stack.forked import cashbeat

NOBODY = UUID(int=7)


@pytest.fixture
def night(tmp_path: Path, database_url: str) -> Settings:
    """What an operator's shell has."""
    return Settings(cashbeat_home=tmp_path / "home", database_url=database_url)


def _doctor_says(night: Settings) -> tuple[bool, str]:
    (found,) = [each for each in examine(night) if each.subject == "Events"]
    return found.is_well, found.detail


def _redeliver(night: Settings, database_url: str, endpoint: UUID, *words: str) -> tuple[int, str]:
    ran = cashbeat("event", "redeliver", str(endpoint), *words, home=night.cashbeat_home, DATABASE_URL=database_url)
    return ran.returncode, (ran.stdout or ran.stderr).splitlines()[-1]


def test_a_deaf_endpoint_is_found_enabled_and_given_what_it_missed(
    listening_shop: Product, night: Settings, database_url: str
) -> None:
    deaf = Listener()
    with listening(deaf):
        pass  # its port is known, and nobody listens there
    endpoint = listening_shop.listen(deaf.url, types=["invoice.*"])
    assert _doctor_says(night) == (True, "no endpoint of the product's fails")
    listening_shop.happen(2)
    listening_shop.tell()
    (told,) = event_endpoints.list_endpoints(night)
    assert told.startswith(f"{endpoint}  failing since ")
    assert told.endswith(f"2 waiting  invoice.*  {deaf.url}")
    is_well, said = _doctor_says(night)
    assert not is_well
    assert said.startswith(f"{deaf.url}: failing since ")
    deliveries = event_endpoints.list_deliveries(night, endpoint, 20)
    assert [line.split()[2:4] for line in deliveries] == [["waiting", "invoice.issued"]] * 2

    assert event_endpoints.set_enabled(night, endpoint, enabled=False) == "nothing is sent; 2 wait"
    assert _doctor_says(night)[0], "that was a person's wish"
    listening_shop.happen(1)
    listening_shop.tell()
    with listening(deaf):
        assert event_endpoints.set_enabled(night, endpoint, enabled=True) == "sent now: 2 that waited"
        listening_shop.tell()
        assert _redeliver(night, database_url, endpoint, "--since", "2199-01-01") == (0, "sent again: 0")
        an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
        ran = _redeliver(night, database_url, endpoint, "--since", f"{an_hour_ago:%Y-%m-%dT%H:%M:%SZ}")
        assert ran == (0, "sent again: 1")
        listening_shop.tell()
    assert len({heard.event["id"] for heard in deaf.heard}) == len(deaf.heard) == 3
    last = event_endpoints.list_deliveries(night, endpoint, 1)
    assert " 204 in " in last[0]


def test_what_cannot_be_is_one_sentence(listening_shop: Product, night: Settings, database_url: str) -> None:
    for act in (
        lambda: event_endpoints.set_enabled(night, NOBODY, enabled=True),
        lambda: event_endpoints.list_deliveries(night, NOBODY, 20),
    ):
        with pytest.raises(StackError, match=f"There is no endpoint {NOBODY}"):
            act()
    ran = cashbeat("event", "redeliver", str(NOBODY), home=night.cashbeat_home, DATABASE_URL=database_url)
    assert ran.returncode == 2
    assert ran.stderr.splitlines()[-1].startswith("cashbeat: ")
    assert "either event_id or since must be given" in ran.stderr
    code, said = _redeliver(night, database_url, NOBODY, "--since", "2026-11-27T10:00:00")
    assert (code, "--since '2026-11-27T10:00:00'" in said) == (2, True), "nobody knows of which zone that is"
