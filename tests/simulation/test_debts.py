"""Who pays by transfer, when, and how much of it; the same however often it is asked."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from simulation.debts import Habit, Owed, paid_today
from simulation.people import HABITS, populate
from simulation.plan import START, Plan

PLAN = Plan(40, 3, 7)
TOTAL, TERM_DAYS, END_DAYS = 29_900, 14, 28
INVOICE = Owed("account", "RF68INV20260100001", START, TOTAL, TOTAL, "USD")


def _course(habit: Habit, seed: int) -> Iterator[tuple[int, int]]:
    """The days on which something comes until the invoice is given up, and how much that is."""
    owed = INVOICE
    for day in range(END_DAYS):
        minor = paid_today(habit, PLAN.dice(seed), START + timedelta(days=day), owed)
        owed = replace(owed, left_minor=owed.left_minor - minor)
        if minor:
            yield day, minor


COURSES = {habit: [list(_course(habit, seed)) for seed in range(60)] for habit in Habit}


@pytest.mark.parametrize("habit", [Habit.IN_TIME, Habit.LATE])
def test_all_of_it_comes_at_once_before_the_due_day_or_after_it(habit: Habit) -> None:
    for course in COURSES[habit]:
        [(day, minor)] = course
        assert minor == TOTAL
        assert (day < TERM_DAYS) is (habit is Habit.IN_TIME)
    assert len({course[0][0] for course in COURSES[habit]}) > 1


def test_two_parts_are_the_whole_and_differ_and_the_second_may_be_late() -> None:
    """Equal ones within days may be one payment that was told of twice, which the books leave to a person."""
    for course in COURSES[Habit.IN_PARTS]:
        assert [minor for _, minor in course] == [TOTAL // 3, TOTAL - TOTAL // 3]
        assert course[0][1] != course[1][1]
    assert {course[1][0] >= TERM_DAYS for course in COURSES[Habit.IN_PARTS]} == {True, False}


def test_some_never_pay() -> None:
    assert set(map(tuple, COURSES[Habit.NEVER])) == {()}


def test_a_year_of_many_has_all_habits_and_most_pay_by_card() -> None:
    counted: dict[Habit | None, int] = defaultdict(int)
    for person in populate(Plan(400, 12, 7), ("A",)):
        counted[person.habit] += 1
    assert counted.keys() == {None, *HABITS}
    assert counted[None] > 300


def test_what_is_owed_is_paid_alike_in_every_run() -> None:
    first, again = ([_paid(day) for day in range(END_DAYS)] for _ in range(2))
    assert first == again
    assert any(map(any, first))


def _paid(day: int) -> list[int]:
    return [person.transfer(PLAN, START + timedelta(days=day), INVOICE) for person in populate(PLAN, ("A",))]
