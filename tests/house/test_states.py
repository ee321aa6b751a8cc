"""Every state machine alike: one literal, one module that writes the state, one diagram that shows each step."""

import ast
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from billing.approvals import states as approvals
from billing.clocks import states as clocks
from billing.disputes import states as disputes
from billing.dunning import states as dunnings
from billing.events import states as deliveries
from billing.invoices import states as invoices
from billing.manual_payments import states as claims
from billing.payments import states as attempts
from billing.refunds import states as refunds
from billing.subscriptions import states as subscriptions
from billing.usage import states as reservations
from database import memory

ROOT = Path(__file__).resolve().parents[2]
MACHINES: Mapping[str, Mapping[Any, frozenset[Any]]] = {
    "invoice": invoices.TRANSITIONS,
    "attempt": attempts.TRANSITIONS,
    "refund": refunds.TRANSITIONS,
    "payment claim": claims.TRANSITIONS,
    "dispute": disputes.TRANSITIONS,
    "subscription": subscriptions.TRANSITIONS,
    "dunning": dunnings.TRANSITIONS,
    "usage reservation": reservations.TRANSITIONS,
    "approval": approvals.TRANSITIONS,
    "test clock": clocks.TRANSITIONS,
    "event delivery": deliveries.TRANSITIONS,
    "work (inbox, operations, outbox)": memory.TRANSITIONS,
}
ROOMS = ("billing", "calls", "database", "stack", "tasks", "workers")
WRITERS = {ROOT / "database" / "memory.py", *ROOT.glob("billing/*/states.py")}
STATE_COLUMNS = frozenset({"status", "state"})


@pytest.mark.parametrize("machine", MACHINES)
def test_its_diagram_shows_every_step_and_no_other(machine: str) -> None:
    readme = (ROOT / "billing" / "README.md").read_text()
    diagram = readme.split(f'state "{machine}"')[1].split("```")[0]
    shown = set(re.findall(r"^ +(\w+) --> (\w+)", diagram, re.MULTILINE))
    assert shown == {(before.value, after.value) for before, steps in MACHINES[machine].items() for after in steps}


@pytest.mark.parametrize("machine", MACHINES)
def test_its_literal_names_every_state(machine: str) -> None:
    states = MACHINES[machine]
    every: type[StrEnum] = type(next(iter(states)))
    assert set(states) == set(every)


def test_nobody_else_writes_a_state() -> None:
    modules = {module for room in ROOMS for module in (ROOT / room).rglob("*.py")} - WRITERS
    assert [where for module in sorted(modules) for where in _writes(module)] == []


def _writes(module: Path) -> Iterator[str]:
    """Assignments to a state of something else than `self`, and UPDATEs of one."""
    for node in ast.walk(ast.parse(module.read_text())):
        where = f"{module.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Assign) and any(map(_is_state, _targets(node))):
            yield where
        if isinstance(node, ast.Call) and _is_update(node):
            yield where


def _is_update(node: ast.Call) -> bool:
    if not (isinstance(node.func, ast.Attribute) and node.func.attr == "values"):
        return False
    named: set[object] = {keyword.arg for keyword in node.keywords}
    keys = [key for argument in node.args if isinstance(argument, ast.Dict) for key in argument.keys]
    named |= {key.value for key in keys if isinstance(key, ast.Constant)}
    named |= {key.attr for key in keys if isinstance(key, ast.Attribute)}
    return not named.isdisjoint(STATE_COLUMNS)


def _targets(node: ast.Assign) -> Iterator[ast.expr]:
    for target in node.targets:
        yield from target.elts if isinstance(target, ast.Tuple) else [target]


def _is_state(target: ast.expr) -> bool:
    if not isinstance(target, ast.Attribute) or target.attr not in STATE_COLUMNS:
        return False
    return not (isinstance(target.value, ast.Name) and target.value.id == "self")
