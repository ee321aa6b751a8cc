"""A fixture's name means one thing in all tests: none hides another of the same name further up."""

import ast
from collections import Counter
from collections.abc import Iterator

from tools.house.rooms import ROOT, files

# a name that stands more than once, and why it has to
EXCEPTIONS: dict[str, str] = {}


def test_each_fixture_is_defined_once_or_has_a_reason() -> None:
    counted = Counter(_names())
    assert "ada" in counted, "they are not found at all"
    assert sorted(name for name, times in counted.items() if times > 1) == sorted(EXCEPTIONS)


def _names() -> Iterator[str]:
    for path in files("tests"):
        for node in ast.walk(ast.parse((ROOT / path).read_text())):
            if isinstance(node, ast.FunctionDef):
                yield from (_name(node, each) for each in node.decorator_list if _is_fixture(each))


def _is_fixture(decorator: ast.expr) -> bool:
    """`@pytest.fixture`, `@fixture`, with or without arguments."""
    named = decorator.func if isinstance(decorator, ast.Call) else decorator
    return ast.unparse(named).rpartition(".")[2] == "fixture"


def _name(function: ast.FunctionDef, decorator: ast.expr) -> str:
    """Its own, unless the decorator gives it another one."""
    given = decorator.keywords if isinstance(decorator, ast.Call) else []
    return next((str(ast.literal_eval(each.value)) for each in given if each.arg == "name"), function.name)
