"""The pages of the reference and the route table are one list."""

import re
from pathlib import Path

from starlette.routing import Route

from ingress.app import make_door
from ingress.entries import named_entries
from ingress.entries.aliases import ALIASES
from ingress.problems import CODES
from schemas.permissions import SCOPES
from settings import Settings
from tests.reference import DOCS, INDEX, PAGES, REFERENCE
from tools import permissions, routes

ROOT = Path(__file__).resolve().parents[2]
HEADING = re.compile(r"^##+ `(GET|POST|PATCH|DELETE) (\S+)`$", re.MULTILINE)
CODE_IN_SOURCE = re.compile(r'Problem\(\s*\d{3}, "([a-z_]+)"|_refused\(\s*"([a-z_]+)"')


def test_every_page_of_the_reference_is_in_its_index() -> None:
    assert sorted(PAGES) == sorted([INDEX, *(DOCS / "api").glob("*.md")])


def test_every_route_is_documented_and_nothing_else() -> None:
    told = [(method, path.rstrip("/")) for method, path in HEADING.findall(REFERENCE)]
    assert sorted(told) == sorted((entry.method, _typed(entry.path)) for entry in named_entries())


def test_the_table_of_routes_is_that_of_which_the_door_is_made() -> None:
    assert (DOCS / "api" / "routes.md").read_text(encoding="utf-8") == routes.page(), "make routes"


def test_the_table_of_permissions_is_that_which_the_door_reads() -> None:
    assert permissions.PAGE.read_text(encoding="utf-8") == permissions.page(), "make routes"


def test_each_section_says_the_permission_of_its_route_or_none() -> None:
    needed: dict[tuple[str, str], str | None] = {
        (entry.method, _typed(entry.path)): entry.does.permission for entry in named_entries()
    }
    for page in PAGES:
        parts = re.split(r"^##+ `(\w+) (\S+)`$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
        for method, path, section in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
            said = re.findall(r"Permission\s`([a-z_:]+)`", section)
            assert set(said) <= {needed[method, path.rstrip("/")]}, (page.name, method, path)


def test_the_door_answers_what_is_named_and_its_other_names_and_nothing_else() -> None:
    nowhere = Settings(ingress_database_url="postgresql://nowhere/none", broker_url="redis://nowhere")
    served = [
        (method, _typed(route.path))
        for route in make_door(nowhere).router.routes
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
    ]
    named = [(entry.method, entry.path) for entry in named_entries()]
    assert sorted(served) == sorted((method, _typed(path)) for method, path in (*named, *ALIASES))


def _typed(path: str) -> str:
    return path.replace(":uuid", "").rstrip("/")


def test_every_permission_and_every_problem_of_the_door_is_documented() -> None:
    codes = set(CODES.values())
    for module in (ROOT / "ingress").rglob("*.py"):
        codes |= {code for code, _ in CODE_IN_SOURCE.findall(module.read_text(encoding="utf-8")) if code}
    assert len(codes) > 10
    for word in (*SCOPES, *codes):
        assert f"`{word}`" in REFERENCE, word


def test_who_calls_what_cannot_be_pasted_is_there_and_calls_it() -> None:
    for (_, path), file in routes.CALLED_BY.items():
        words = [word for word in path.split("/") if word and "{" not in word]
        assert words[-1] in (ROOT / file).read_text(encoding="utf-8"), (path, file)
