"""Which problems a part of the door can answer: read in its source, so that none is forgotten and none is left over."""

import ast
import inspect
import sys
import textwrap
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import FunctionType
from typing import Any

ROOMS = ("billing", "callers", "ingress")
REJECTED_STATUS = 422  # of `billing.errors.Rejected` where nothing else is said
Refusals = Mapping[int, frozenset[str]]
Part = Callable[..., Any] | type


def refusals_of(*parts: Part) -> Refusals:
    """The words by status that these functions and classes, and the functions that they name, can refuse with."""
    by_status: dict[int, set[str]] = defaultdict(set)
    for part in parts:
        for status, code in _reachable(part):
            by_status[status].add(code)
    return {status: frozenset(codes) for status, codes in by_status.items()}


@cache
def _reachable(part: Part) -> frozenset[tuple[int, str]]:
    found: set[tuple[int, str]] = set()
    seen: set[Part] = set()
    left = [part]
    while left:
        here = left.pop()
        if here in seen:
            continue
        seen.add(here)
        tree = _tree(here)
        found.update(_raised(tree))
        left.extend(_named(here, tree))
    return frozenset(found)


def _tree(part: Part) -> ast.AST:
    return ast.parse(textwrap.dedent(inspect.getsource(part)))


def _raised(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        words = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
        if node.func.id == "Problem" and len(words) > 1 and isinstance(words[0], int):
            yield words[0], str(words[1])
        if node.func.id == "Rejected" and isinstance(node.args[0], ast.Constant):
            yield _status(node, words), str(words[0])


def _status(call: ast.Call, words: list[Any]) -> int:
    named = [word.value for word in call.keywords if word.arg == "status"]
    said = [*(value.value for value in named if isinstance(value, ast.Constant)), *words[1:]]
    return next((word for word in said if isinstance(word, int)), REJECTED_STATUS)


def _named(part: Part, tree: ast.AST) -> Iterator[Part]:
    """The functions of ours that it names. A class that is named is somebody else's part."""
    known = vars(sys.modules[part.__module__])
    for node in ast.walk(tree):
        found = known.get(node.id) if isinstance(node, ast.Name) else None
        if isinstance(found, FunctionType) and found.__module__.partition(".")[0] in ROOMS:
            yield found
