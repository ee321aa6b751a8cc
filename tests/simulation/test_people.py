"""The customers: the same for the same seed, whatever anybody else does."""

from dataclasses import asdict, replace
from datetime import timedelta

from schemas.commands import COMMANDS
from simulation.people import HARD_CODES, SOFT_CODES, Order, Person, Standing, populate
from simulation.plan import START, Plan, closes_month

PLAN = Plan(accounts=40, months=3, seed=7)
ACCOUNT = "01890000-0000-7000-8000-000000000001"
STANDING = Standing(ACCOUNT, "active", "growth", "month", is_ending=False, payment_id=ACCOUNT)


def _year(person: Person, standing: Standing) -> list[Order]:
    orders = []
    for day in Plan(1, 12, 7).instants():
        lived = person.live(PLAN.dice(person.index, f"{day:%Y-%m-%d}"), day, standing)
        orders += [lived.order] if lived.order else []
    return orders


def test_the_plan_is_counted_in_calendar_months() -> None:
    days = list(PLAN.instants())
    assert (days[0], days[-1]) == (START, START + timedelta(days=89))
    assert [f"{day:%m-%d}" for day in days if closes_month(day)] == ["01-31", "02-28", "03-31"]


def test_the_same_seed_draws_the_same_people_and_another_draws_others() -> None:
    people = [asdict(person) for person in populate(PLAN, ("A", "B"))]
    assert people == [asdict(person) for person in populate(PLAN, ("A", "B"))]
    assert people != [asdict(person) for person in populate(Plan(40, 3, 8), ("A", "B"))]


def test_nobody_depends_on_how_many_others_there_are() -> None:
    few = populate(Plan(5, 3, 7), ("A",))
    assert [asdict(person) for person in few] == [asdict(person) for person in populate(PLAN, ("A",))[:5]]


def test_a_year_of_one_person_can_be_repeated() -> None:
    first, second = (populate(PLAN, ("A",))[3] for _ in range(2))
    assert _year(first, STANDING) == _year(second, STANDING) != []


def test_every_order_is_a_command_that_the_door_would_take() -> None:
    people = populate(PLAN, ("A",))[:25]
    orders = [person.opening(ACCOUNT) for person in people]
    for person in people:
        for status, is_ending in (("active", False), ("active", True), ("canceled", False), ("paused", False)):
            orders += _year(person, Standing(ACCOUNT, status, "growth", "month", is_ending, ACCOUNT))
        by_hand = replace(STANDING, is_paid_by_hand=True)
        orders += [*_year(person, by_hand), person._subscribe(is_first=True)]
    for order in orders:
        wants_account = "account_id" in COMMANDS[order.kind].model_fields
        COMMANDS[order.kind](**({"account_id": ACCOUNT} if wants_account else {}), **order.body)
    kinds = {order.kind for order in orders}
    refunds = [order for order in orders if order.kind == "refund_payment"]
    assert any("paid_out_on" in order.body for order in refunds)
    assert any("paid_out_on" not in order.body for order in refunds)
    assert {order.body["pay_by"] for order in orders if order.kind == "create_subscription"} == {"card", "transfer"}
    assert kinds >= {
        "change_plan",
        "cancel_subscription",
        "consume_credits",
        "reactivate_subscription",
        "refund_payment",
    }


def test_cards_begin_to_fail_softly_and_for_good_and_recover() -> None:
    seen = set()
    for person in populate(PLAN, ("A",)):
        for day in PLAN.instants():
            before = person.decline_code
            lived = person.live(PLAN.dice(person.index, f"{day:%Y-%m-%d}"), day, STANDING)
            seen.add((before, person.decline_code, lived.is_new_card))
    assert any(after in SOFT_CODES for _, after, _ in seen)
    assert any(after in HARD_CODES for _, after, _ in seen)
    assert any(before in SOFT_CODES and after is None for before, after, _ in seen)
    assert any(before in HARD_CODES and is_new for before, _, is_new in seen)
