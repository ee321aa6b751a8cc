"""Which database the processes of a stack enter."""

from pathlib import Path

import pytest

from settings import Settings
from stack.discover import publish
from stack.home import exclusive, prepare
from stack.stores import database_urls, urls_of
from tests.stack.forked import cashbeat

THEIRS = "postgresql://cashbeat_worker:secret@books.example/cashbeat"
NOWHERE = "http://127.0.0.1:1"


def test_an_address_that_is_set_belongs_to_the_database_that_is_set(tmp_path: Path) -> None:
    """The sandbox's workers must not enter real books, because their address stands in the environment."""
    home = prepare(tmp_path / "home")
    embedded = "postgresql://postgres:made-up@127.0.0.1:15432/cashbeat"
    worker = urls_of(Settings(worker_database_url=THEIRS), home, embedded).worker
    assert worker.endswith("@127.0.0.1:15432/cashbeat")
    real = "postgresql://owner:secret@books.example/cashbeat"
    assert urls_of(Settings(database_url=real, worker_database_url=THEIRS), home, real).worker == THEIRS


@pytest.mark.parametrize("command", ["migrate", "seed"])
def test_who_holds_the_owners_address_alone_changes_nobodys_password(
    command: str, tmp_path: Path, database_url: str
) -> None:
    """It is what an operator has at night, told to migrate: all processes would be turned away."""
    refused = cashbeat(command, home=tmp_path / "home", DATABASE_URL=database_url, WORKER_DATABASE_URL=THEIRS)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == (
        "cashbeat: INGRESS_DATABASE_URL, PORTAL_DATABASE_URL, CONSOLE_DATABASE_URL must be set beside DATABASE_URL: "
        "migrating gives the roles the passwords of these\n"
    )
    assert not (tmp_path / "home").exists()


def test_the_addresses_of_a_stack_that_runs_are_those_it_was_told(tmp_path: Path) -> None:
    """Another terminal does not have its environment, and would make up other passwords."""
    home = prepare(tmp_path / "home")
    told = {
        "DATABASE_URL": "postgresql://owner:secret@books.example/cashbeat",
        "INGRESS_DATABASE_URL": "postgresql://cashbeat_ingress:a@books.example/cashbeat",
        "WORKER_DATABASE_URL": THEIRS,
        "PORTAL_DATABASE_URL": "postgresql://cashbeat_portal:b@books.example/cashbeat",
        "CONSOLE_DATABASE_URL": "postgresql://cashbeat_console:c@books.example/cashbeat",
    }
    with exclusive(home):
        publish(home, told)
        with database_urls(Settings(cashbeat_home=home)) as urls:
            assert list(told.values()) == [urls.owner, urls.ingress, urls.worker, urls.portal, urls.console]


def test_restored_books_are_healed_while_nothing_runs_and_asking_starts_nothing(
    tmp_path: Path,
) -> None:
    assert cashbeat("seed", home=tmp_path).returncode == 0
    healed = cashbeat("restore-check", "--apply", home=tmp_path, STRIPE_API_BASE=NOWHERE, RESEND_API_BASE=NOWHERE)
    assert healed.returncode == 2
    assert "Traceback" not in healed.stderr
    assert healed.stderr.splitlines()[-1].startswith("cashbeat: nothing was written")
    asked = cashbeat("restore-check", home=tmp_path)
    assert (asked.returncode, asked.stdout) == (2, "")
    assert asked.stderr == (
        f"cashbeat: no Cashbeat runs in {tmp_path}, and DATABASE_URL is not set; `cashbeat up` starts one\n"
    )


def test_the_demo_refuses_real_gateways_before_it_starts_anything(tmp_path: Path) -> None:
    refused = cashbeat("demo", "--once", home=tmp_path / "home", STRIPE_SECRET_KEY="sk_test_of_a_company")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == "cashbeat: this plays with the sandbox only; unset STRIPE_SECRET_KEY and CASHBEAT_ENV\n"
    assert not (tmp_path / "home").exists()
