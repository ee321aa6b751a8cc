"""What is typed at the terminal is held to the types of the API, and refused before any store is asked."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from billing.catalog import seed
from schemas.amounts import IncludedCredits, LimitOfPlan
from schemas.currencies import Currency
from schemas.names import Name, Slug
from stack.arguments import instant
from tests.stack.forked import cashbeat

PLAN = ("plan", "publish", "team")
PRICED = ("--month", "USD=99.00")
COUPON = ("coupon", "issue")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("plan", "publish", "Not A Slug", "--name", "Team", *PRICED), "the plan 'Not A Slug'"),
        ((*PLAN, "--name", "\u200b", *PRICED), "must contain something that can be seen"),
        ((*PLAN, "--name", "Te\u202eam", *PRICED), "must not turn the direction"),
        ((*PLAN, "--name", "x" * 201, *PRICED), "at most 200 characters"),
        ((*PLAN, "--name", "Team", *PRICED, "--credits", "99999999999999999999"), "--credits"),
        ((*PLAN, "--name", "Team", *PRICED, "--sites", "99999999999999999999"), "--sites"),
        ((*PLAN, "--name", "Team", *PRICED, "--users", "99999999999999999999"), "--users"),
        ((*COUPON, "SPRING SALE", "--percent", "10"), "the coupon 'SPRING SALE'"),
        ((*COUPON, "SPRING", "--percent", "10", "--expires", "9999-12-31"), "must be between the years 2000 and 2199"),
        ((*COUPON, "SPRING", "--percent", "10", "--expires", "2026-12-31T00:00:00"), "must be a time with an offset"),
        (("restore-check", "--since", "2026-11-29T00:00:00"), "must be a time with an offset"),
        (("restore-check", "--since", "0001-01-01"), "must be between the years 2000 and 2199"),
        ((*COUPON, "SPRING", "--percent", "10", "--redemptions", "99999999999999999999"), "--redemptions"),
        ((*COUPON, "SPRING", "--percent", "10", "--periods", "99999999999999999999"), "--periods"),
        (("api-key", "create", "shop\nfloor"), "the name 'shop\\nfloor'"),
    ],
)
def test_what_the_api_would_refuse(tmp_path: Path, arguments: tuple[str, ...], sentence: str) -> None:
    refused = cashbeat(*arguments, home=tmp_path, DATABASE_URL="postgresql://127.0.0.1:1/none")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("cashbeat: ")
    assert refused.stderr.count("\n") == 1
    assert sentence in refused.stderr


def test_a_time_is_that_of_its_offset_and_a_day_begins_in_utc() -> None:
    assert instant("2026-11-29T00:00:00+05:00", "--since") == datetime(2026, 11, 28, 19, tzinfo=UTC)
    assert instant("2026-11-29", "--since") == datetime(2026, 11, 29, tzinfo=UTC)
    assert instant(None, "--since") is None


def test_what_is_seeded_would_be_taken() -> None:
    rows = (*seed.PACKAGES, *seed.PLANS, *seed.SERVICES)
    for slug, name, *_ in rows:
        assert (TypeAdapter(Slug).validate_python(slug), TypeAdapter(Name).validate_python(name)) == (slug, name)
    for _, _, credits_granted, _, *limits in (*seed.PACKAGES, *seed.PLANS):
        TypeAdapter(IncludedCredits).validate_python(credits_granted)
        for limit in limits:
            assert limit is True or limit is False or TypeAdapter(LimitOfPlan).validate_python(limit)
    assert TypeAdapter(Currency).validate_python(seed.CURRENCY) == seed.CURRENCY
