"""What a gateway that runs a subscription could not collect: the mail says whether, and when, it tries again."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from billing.clocks.wall import Wall
from billing.notices.letters import LETTERS
from billing.notices.occasion import Occasion
from database.outbox import OutboxEntry
from tests.billing.gateway_facts import FEBRUARY_28, GatewayRun
from tests.billing.subscribers import utc
from tests.billing.test_notices import LETTERHEAD

AGAIN = {"status": "past_due", "retry_at": utc("2026-03-05 10:00")}
UNSAID, GIVEN_UP = {"status": "past_due"}, {"status": "unpaid"}


@pytest.mark.parametrize(
    ("fate", "next_attempt_on", "is_given_up"),
    [(AGAIN, date(2026, 3, 5), False), (UNSAID, None, False), (GIVEN_UP, None, True)],
)
@pytest.mark.parametrize("code", ["payer_cannot_pay", "rails/declined"])
def test_it_is_told_whether_it_is_tried_again(
    run: GatewayRun, fate: dict[str, Any], next_attempt_on: date | None, is_given_up: bool, code: str
) -> None:
    run.hear(run.fact())
    run.hear(run.fact(**fate, failed_tries=1, failure_code=code))
    with run.database.transaction() as session:
        cause = session.scalars(select(OutboxEntry.cause).where(OutboxEntry.topic == "renewal_unpaid")).one()
        occasion = Occasion(run.id, cause, LETTERHEAD, Wall(FEBRUARY_28))
        facts = LETTERS["renewal_unpaid"](session, occasion)
    assert facts.subscription is not None
    assert facts.failure == f"<{code}>"
    assert (facts.subscription.next_attempt_on, facts.subscription.is_given_up) == (next_attempt_on, is_given_up)
