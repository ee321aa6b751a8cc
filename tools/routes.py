"""`make routes`: the page of the docs that lists every route, made of the entries, with links to their sections.

The page about permissions is written with it.
"""

import re
from pathlib import Path

from ingress.entries import named_entries
from ingress.entries.aliases import ALIASES
from ingress.entries.entry import Answers, Asks, AtGateway, Does, Entry, HandsOut, Says
from tools import permissions

DOCS = Path(__file__).parents[1] / "docs"
PAGE = DOCS / "api" / "routes.md"
HEADING = re.compile(r"^##+ `(GET|POST|PATCH|DELETE) (\S+)`$", re.MULTILINE)

HEAD = """# Routes

Every route, written by `make routes` from the table of which the door is made. A path leads to its section; the caller
needs the [permission](permissions.md). A *command* is named by its [`kind`](../api.md#commands-and-operations), a
*query* by its parameters.

Each was called for real. *Pasted*: the example of its section, on a whole running stack, answered well
(`tests/scenarios/test_documented_examples.py`, which fails when one of these was not called); otherwise the file that
calls it is named, or *refusals alone*: nobody calls it well yet. Each that needs a permission was refused: to nobody,
to others' accounts, to each role without it (`tests/ingress/test_everybody_everywhere.py`, by the same table).

| method | path | who | permission | what | its test |
|---|---|---|---|---|---|"""
# those whose section has nothing to paste, and who calls them
CALLED_BY = {
    ("POST", "/v1/billing/webhooks/paypal/"): "tests/ingress/test_unverified_webhooks.py",
    ("POST", "/v1/accounts/confirm-email/"): "tests/ingress/test_account_pages.py",
    ("PATCH", "/v1/account/settings/"): "tests/ingress/test_account_pages.py",
    ("GET", "/confirm-email/{token}/"): "tests/ingress/test_account_pages.py",
    ("POST", "/confirm-email/{token}/"): "tests/ingress/test_account_pages.py",
    ("GET", "/v1/team/invitations/{token}/"): "tests/scenarios/test_team_story.py",
    ("POST", "/v1/team/invitations/{token}/accept/"): "tests/scenarios/test_team_story.py",
    ("POST", "/v1/account/team/invitations/{id}/resend/"): "tests/ingress/test_team_members.py",
    ("PATCH", "/v1/account/team/{id}/role/"): "tests/scenarios/test_team_story.py",
    ("DELETE", "/v1/account/team/{id}/"): "tests/scenarios/test_team_story.py",
    ("POST", "/v1/account/team/leave/"): "tests/scenarios/test_team_story.py",
    ("POST", "/v1/account/transfer-ownership/"): "tests/scenarios/test_team_story.py",
    ("POST", "/v1/accounts/{id}/transfer-ownership/"): "tests/scenarios/test_team_story.py",
    ("GET", "/pay/{token}/"): "tests/ingress/test_pay_page.py",
    ("POST", "/pay/{token}/"): "tests/scenarios/test_pay_link.py",
    ("GET", "/v1/admin/statement-lines/{id}/"): "tests/ingress/test_statement_lines.py",
    **{
        ("POST", f"/v1/admin/{memory}/{{id}}/{decision}/"): "tests/billing/test_work_decisions.py"
        for memory in ("operations", "outbox")
        for decision in ("replay", "discard")
    },
}
OTHER_NAMES = """
## Other names

The same command or query, for the same callers, under an earlier or another name.

| method | path | the name that counts |
|---|---|---|"""


def main() -> None:
    """Write it anew."""
    PAGE.write_text(page(), encoding="utf-8")
    permissions.PAGE.write_text(permissions.page(), encoding="utf-8")
    print(f"{len(named_entries())} routes are in {PAGE.relative_to(DOCS.parent)}")


def page() -> str:
    """The page as it has to be. Raises KeyError for a route that no page tells of."""
    sections = _sections()
    pasted = pasted_routes()
    rows = [_row(entry, sections[entry.method, _bare(entry.path)], pasted) for entry in named_entries()]
    other_names = [
        f"| {method} | `{path.replace(':uuid', '')}` | {sections[of[0], _bare(of[1])]} |"
        for (method, path), of in ALIASES.items()
    ]
    return "\n".join((HEAD, *rows, OTHER_NAMES, *other_names, ""))


def pasted_routes() -> set[tuple[str, str]]:
    """Those whose section has an example, by method and path."""
    found = set()
    for page in (DOCS / "api.md", *sorted((DOCS / "api").glob("*.md"))):
        parts = HEADING.split(page.read_text(encoding="utf-8"))
        for method, path, section in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
            if "\n```sh\n" in section.partition("\n## ")[0]:
                found.add((method, _bare(path)))
    return found


def _row(entry: Entry, link: str, pasted: set[tuple[str, str]]) -> str:
    permission = f"`{entry.does.permission}`" if entry.does.permission else ""
    path = entry.path.replace(":uuid", "")
    file = CALLED_BY.get((entry.method, path))
    test = "pasted" if (entry.method, _bare(path)) in pasted else f"`{file}`" if file else "refusals alone"
    return f"| {entry.method} | {link} | {entry.callers} | {permission} | {_what(entry.does)} | {test} |"


def _bare(path: str) -> str:
    """A path by which a section is found: headings may leave out the last slash."""
    return path.replace(":uuid", "").rstrip("/")


def _sections() -> dict[tuple[str, str], str]:
    """A link to the section of each route."""
    pages = {"../api.md": DOCS / "api.md"} | {each.name: each for each in sorted((DOCS / "api").glob("*.md"))}
    return {
        (method, _bare(path)): f"[`{path}`]({link}#{_anchor(f'{method} {path}')})"
        for link, each in pages.items()
        for method, path in HEADING.findall(each.read_text(encoding="utf-8"))
    }


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def _what(does: Does) -> str:
    match does:
        case Says() | AtGateway():
            return "command " + " or ".join(f"`{command.kind}`" for command in does.commands)
        case Asks(_, wanted):
            return "query by " + ", ".join(f"`{field}`" for field in wanted.model_fields)
        case HandsOut():
            return "a file"
        case Answers(what):
            return what
        case _:
            return "query"


if __name__ == "__main__":
    main()
