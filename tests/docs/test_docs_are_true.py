"""What the documentation lists is what there is."""

import re
import shlex
from pathlib import Path

from billing.events.types import TYPES
from gateways.paypal.translate import HANDLED_TYPES
from settings import Settings
from stack.processes import worker_argv
from workers.queues import GROUPS

ROOT = Path(__file__).resolve().parents[2]


def test_every_setting_is_documented_and_every_documented_setting_exists() -> None:
    table = re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs" / "operations.md").read_text(), re.MULTILINE)
    assert sorted(table) == sorted(name.upper() for name in Settings.model_fields)


def test_the_command_of_every_worker_group_is_documented() -> None:
    written = (ROOT / "docs" / "operations.md").read_text().splitlines()
    for group in GROUPS:
        assert shlex.join(("python", *worker_argv(group))) in written


def test_the_events_to_subscribe_to_are_those_that_are_handled() -> None:
    """What begins with a point ends as the name before it begins. Stripe's are printed by a command."""
    section = (ROOT / "docs" / "operations.md").read_text().partition("\n## Connecting PayPal\n")[2]
    table = "".join(line for line in section.partition("\n## ")[0].splitlines() if line.startswith("| "))
    listed, begins = [], ""
    for name in re.findall(r"`([A-Z.-]+)`", table):
        begins = begins if name.startswith(".") else name.rpartition(".")[0]
        listed.append(begins + name if name.startswith(".") else name)
    assert sorted(listed) == sorted(HANDLED_TYPES)


def test_the_types_of_events_are_documented_with_their_sentences() -> None:
    page = (ROOT / "docs" / "api" / "events.md").read_text()
    assert dict(re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \| (.*) \|$", page, re.MULTILINE)) == dict(TYPES)


def test_links_between_pages_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("*/README.md")]
    assert len(pages) > 5
    for page in pages:
        for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", page.read_text()):
            there = page.parent / target if target else page
            assert there.exists(), f"{page.relative_to(ROOT)} links to {target}"
            assert not anchor or anchor in _anchors(there), f"{page.relative_to(ROOT)} links to {target}#{anchor}"


def _anchors(page: Path) -> set[str]:
    """Headings as they are linked to: small letters, and only those that a word has."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_verb_is_in_the_glossary_of_the_rules() -> None:
    readme = (ROOT / "billing" / "README.md").read_text()
    nouns = {"tables", "rules", "queries", "__init__"}
    for area in sorted(path for path in (ROOT / "billing").iterdir() if path.is_dir() and path.name != "invariants"):
        verbs = {module.stem for module in area.rglob("*.py")} - nouns
        row = next((line for line in readme.splitlines() if line.startswith(f"| `{area.name}` |")), "")
        assert all(f"`{verb}`" in row for verb in verbs), f"billing/README.md does not name the verbs of {area.name}"
