"""Import circles: between modules, between areas (`billing.invoices`), and between rooms (`billing`).

An import that only the type checker sees is none; one inside a function is one.
"""

import sys
from collections.abc import Callable, Iterator

import grimp

from tools.house.rooms import ROOT, rooms

AREA_PARTS = 2
# names the tables of all rooms for Alembic, and nobody imports it
APART = "database.migrations"
Imports = dict[str, set[str]]


def circles() -> dict[str, list[list[str]]]:
    """Groups of modules, of areas and of rooms that reach one another."""
    sys.path.insert(0, str(ROOT))
    graph = grimp.build_graph(*rooms(), exclude_type_checking_imports=True, cache_dir=None)
    pairs = {(name, other) for name in graph.modules for other in graph.find_modules_directly_imported_by(name)}
    levels: dict[str, Callable[[str], str]] = {"modules": str, "areas": _area, "rooms": _room}
    return {level: sorted(_knots(_imports(pairs, cut))) for level, cut in levels.items()}


def print_circles() -> None:
    """One line for each circle."""
    for level, found in circles().items():
        print(f"import circles between {level}: {len(found)}")
        for names in found:
            print(f"       {' - '.join(names)}")


def _area(module: str) -> str:
    return ".".join(module.split(".")[:AREA_PARTS])


def _room(module: str) -> str:
    return APART if module.startswith(APART) else module.split(".", 1)[0]


def _imports(pairs: set[tuple[str, str]], cut: Callable[[str], str]) -> Imports:
    imports: Imports = {}
    for name, other in pairs:
        imports.setdefault(cut(name), set()).add(cut(other))
    return imports


def _knots(imports: Imports) -> Iterator[list[str]]:
    """Each group whose members all reach one another."""
    reached = {name: _reach(imports, name) for name in imports}
    seen: set[str] = set()
    for name in sorted(imports):
        knot = {name} | {other for other in reached[name] if name in reached.get(other, ())}
        if len(knot) > 1 and name not in seen:
            seen |= knot
            yield sorted(knot)


def _reach(imports: Imports, start: str) -> set[str]:
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        for name in imports.get(waiting.pop(), set()) - reached:
            reached.add(name)
            waiting.append(name)
    return reached
