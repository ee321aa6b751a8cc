"""`cashbeat payment-method set` and `cashbeat payment-method list`."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.stack.forked import cashbeat

METHODS = ("stripe", "paypal", "bank_transfer")


Run = Callable[..., tuple[int, str]]


@pytest.fixture
def method_command(tmp_path: Path, database_url: str) -> Run:
    """What it ends with, and what it says."""

    def run(*arguments: str) -> tuple[int, str]:
        done = cashbeat("payment-method", *arguments, home=tmp_path, DATABASE_URL=database_url)
        return done.returncode, done.stdout or done.stderr

    return run


def test_one_that_is_given_no_name_reads_as_customers_know_it(method_command: Run) -> None:
    run = method_command
    assert run("set", "rest", "stripe", "--name", "Card")[0] == 0
    named = [run("set", "US", method, "--dry-run")[1].splitlines()[-1].split(maxsplit=3)[3] for method in METHODS]
    assert named == ["Card  offered", "PayPal  offered", "Bank transfer  offered"]
    wallet = run("set", "KE", "local_wallet", "--wallet-kind", "M-PESA", "--wallet-id", "7", "--dry-run")[1]
    assert "local_wallet   M-PESA  offered" in wallet


def test_a_gateway_is_offered_in_no_currency_that_it_does_not_take(method_command: Run) -> None:
    refused = method_command("set", "US", "paypal", "--currencies", "USD,KWD")
    assert refused == (2, "cashbeat: paypal takes no KWD.\n")


def test_methods_are_set_and_listed(method_command: Run) -> None:
    run = method_command
    assert run("set", "rest", "stripe", "--name", "Card") == (0, "rest    1  stripe         Card  offered\n")
    transfer = (
        "set", "DE", "bank_transfer", "--name", "Überweisung", "--iban", "DE89 3704 0044 0532 0130 00",
        "--bic", "cobadeffxxx", "--account-name", "Example SaaS Inc.", "--currencies", "EUR,CHF",
    )  # fmt: skip
    planned = run(*transfer, "--dry-run")
    line = (
        "DE      1  bank_transfer  Überweisung  offered  in EUR, CHF  "
        "to DE89370400440532013000 COBADEFFXXX Example SaaS Inc."
    )
    told = ["DE has methods of its own now; those of the rest of the world (stripe) end there", line]
    assert (planned[0], planned[1].splitlines()) == (0, told)
    assert run("list")[1].splitlines() == ["rest    1  stripe         Card  offered"]
    assert run(*transfer)[1].splitlines() == told
    refused = run("set", "DE", "bank_transfer", "--iban", "")
    assert (refused[0], "the two" in refused[1]) == (2, True)
    disabled = run("set", "DE", "bank_transfer", "--disable", "--currencies", "")
    assert (disabled[0], disabled[1].splitlines()[1:]) == (
        0, ["nothing is offered in DE now: nobody there can begin to pay"],
    )  # fmt: skip
    last = run("set", "rest", "stripe", "--disable", "--dry-run")[1].splitlines()
    assert last[1:] == ["nothing is offered in the rest of the world now: nobody there can begin to pay"]
    assert run("list")[1].splitlines() == [
        "DE      1  bank_transfer  Überweisung  not offered  to DE89370400440532013000 COBADEFFXXX Example SaaS Inc.",
        "rest    1  stripe         Card  offered",
    ]
    gone = [f"taken away: {run('list')[1].splitlines()[0]}", "rest    1  stripe         Card  offered"]
    assert run("reset", "DE", "--dry-run")[1].splitlines() == gone
    assert run("reset", "DE")[1].splitlines() == gone
    assert run("reset", "DE")[1].splitlines() == ["DE had no methods of its own", *gone[1:]]
    assert run("reset", "rest")[0] == 2
    refused = run("set", "KE", "local_wallet", "--wallet-kind", "M-PESA")
    assert (refused[0], "needs its kind and its id" in refused[1]) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("ZZ", "stripe"), "the country 'ZZ'"),
        (("DE", "strpe"), "must be one of bank_transfer, local_wallet, paypal, stripe"),
        (("DE", "bank_transfer", "--iban", "DE89370400440532013001"), "is no IBAN"),
        (("DE", "bank_transfer", "--bic", "COBA"), "is no BIC"),
        (("DE", "bank_transfer", "--account-name", "x" * 71), "at most 70 characters"),
        (("DE", "stripe", "--currencies", "EUR,EURO"), "--currencies 'EURO'"),
        (("DE", "stripe", "--name", ""), "--name ''"),
        (("DE", "stripe", "--instructions", "pay \u202ehere"), "direction of writing"),
    ],
)
def test_what_cannot_be_set(tmp_path: Path, arguments: tuple[str, ...], sentence: str) -> None:
    nowhere = "postgresql://127.0.0.1:1/none"
    refused = cashbeat("payment-method", "set", *arguments, home=tmp_path, DATABASE_URL=nowhere)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert sentence in refused.stderr
