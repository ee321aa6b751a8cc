"""An allow-list lets in what it names, also where it names it by a pattern, and nothing else."""

from typing import Any

from grimp import ImportGraph

from tools.import_contracts import AllowList


def _strangers(imported: str, **options: list[str]) -> dict[str, Any]:
    """What a contract of a room `door` with one module says of one import."""
    graph = ImportGraph()
    graph.add_import(importer="door.routes", imported=imported)
    contract = AllowList(
        "a room", {"root_packages": ["door", "billing"]}, {"rooms": ["door"], "allowed": [], **options}
    )
    metadata: dict[str, Any] = contract.check(graph, verbose=False).metadata
    return metadata


def test_a_name_stands_for_all_below_it_and_for_nothing_beside_it() -> None:
    for imported in ("billing.errors", "billing.errors.words", "door.parts", "json"):
        assert _strangers(imported, allowed=["billing.errors"])["strangers"] == []
    for imported in ("billing", "billing.errors_of_others", "errors"):
        told = _strangers(imported, allowed=["billing.errors"])["strangers"]
        assert told == [f"door.routes -> {imported}"]


def test_a_star_stands_for_one_word() -> None:
    for imported in ("billing.invoices.queries", "billing.cards.queries.newest"):
        assert _strangers(imported, allowed=["billing.*.queries"])["strangers"] == []
    for imported in ("billing.invoices.issue", "billing.queries", "billing.cycle.start.queries"):
        assert _strangers(imported, allowed=["billing.*.queries"])["strangers"] != []


def test_an_exception_that_nobody_needs_is_told() -> None:
    needed, unused = "door.routes -> billing.*.tables", "door.routes -> billing.*.rules"
    told = _strangers("billing.cards.tables", unless=[needed, unused])
    assert told == {"strangers": [], "unused": [unused]}
