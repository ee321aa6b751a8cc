"""No vendor is special: outside of the vendors' rooms the code does not name one."""

import io
import tokenize
from collections.abc import Iterator
from pathlib import Path

from gateways.registry import EMAIL_VENDOR, VENDORS

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("billing", "calls", "tasks", "workers", "schemas", "database", "credentials", "documents")
NAMES = (*VENDORS, EMAIL_VENDOR[0])
# The second vendor that takes payments has a room of its own and a stand-in. Beside these it is named in the registry
# and the settings.
SECOND = "paypal"
ITS_ROOMS = ("gateways/paypal/", "sandbox/", "tests/")
REGISTRY_AND_SETTINGS = {"gateways/registry.py", "setting_needs.py", "setting_values.py", "settings.py"}


def test_no_code_of_ours_names_a_vendor() -> None:
    """Comments and docstrings may: they tell where a rule comes from."""
    assert [found for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")) for found in _words(path)] == []


def test_nor_does_a_template() -> None:
    templates = [path for path in (ROOT / "documents" / "templates").rglob("*") if path.is_file()]
    assert templates
    assert [path.name for path in templates for name in NAMES if name in path.read_text().lower()] == []


def test_adding_the_second_vendor_was_a_room_a_line_of_the_registry_and_settings() -> None:
    """Not even a comment of ours speaks of it anywhere else."""
    ours = [*ROOT.glob("*.py"), *(path for room in ROOT.glob("*/__init__.py") for path in room.parent.rglob("*.py"))]
    places = {path.relative_to(ROOT).as_posix() for path in ours if SECOND in path.read_text(encoding="utf-8").lower()}
    assert {place for place in places if not place.startswith(ITS_ROOMS)} == REGISTRY_AND_SETTINGS


def _words(path: Path) -> Iterator[str]:
    tokens = list(tokenize.generate_tokens(io.StringIO(path.read_text()).readline))
    for before, token in zip([None, *tokens], tokens, strict=False):
        is_docstring = token.type == tokenize.STRING and (
            before is None or before.type in (tokenize.NEWLINE, tokenize.INDENT, tokenize.NL, tokenize.DEDENT)
        )
        if token.type != tokenize.COMMENT and not is_docstring and any(name in token.string.lower() for name in NAMES):
            yield f"{path.relative_to(ROOT)}:{token.start[0]}: {token.string[:60]}"
