"""`cashbeat tax set` and `cashbeat tax list`."""

from pathlib import Path

import pytest

from tests.stack.forked import cashbeat


def test_rates_are_set_and_listed(tmp_path: Path, database_url: str) -> None:
    def run(*arguments: str) -> tuple[int, str]:
        done = cashbeat("tax", *arguments, home=tmp_path, DATABASE_URL=database_url)
        return done.returncode, done.stdout or done.stderr

    assert run("set", "DE", "19", "VAT", "--from", "2026-01-01") == (0, "VAT of 19 % in DE from 2026-01-01 on\n")
    assert run("set", "DE", "19", "VAT", "--from", "2026-01-01")[1].endswith("on, as it was set before\n")
    assert run("set", "US", "8.875", "Sales tax", "--from", "2026-01-01")[0] == 0
    assert run("set", "DE", "20", "VAT", "--from", "2027-01-01")[0] == 0
    assert run("list")[1].splitlines() == [
        "DE       19 %  from 2026-01-01 until 2027-01-01  VAT",
        "DE       20 %  from 2027-01-01 until further notice  VAT",
        "US    8.875 %  from 2026-01-01 until further notice  Sales tax",
    ]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("ZZ", "19", "VAT"), "the country 'ZZ'"),
        (("DE", "nineteen", "VAT"), "'nineteen' is no percentage"),
        (("DE", "101", "VAT"), "'101' is no percentage"),
        (("DE", "0.00001", "VAT"), "'0.00001' is no percentage"),
        (("DE", "19", "\u200b"), "must contain something that can be seen"),
        (("DE", "19", "x" * 51), "at most 50 characters"),
        (("DE", "19", "\u0958" * 50), "at most 50 characters"),  # each becomes two, which is what is stored
        (("DE", "19", "VAT", "--from", "tomorrow"), "must be a day, like 2026-01-31"),
        (("DE", "19", "VAT", "--from", "1999-12-31"), "between the years 2000 and 2199"),
    ],
)
def test_what_is_no_rate(tmp_path: Path, arguments: tuple[str, ...], sentence: str) -> None:
    day = () if "--from" in arguments else ("--from", "2026-01-01")
    refused = cashbeat("tax", "set", *arguments, *day, home=tmp_path, DATABASE_URL="postgresql://127.0.0.1:1/none")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert sentence in refused.stderr
