"""Each word that a problem of the API's ends with is in the tables of docs/api/errors.md, with its status."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from billing.invoices.tables import InvoiceStatus

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("billing", "callers", "calls", "database", "gateways", "ingress", "schemas", "workers")
PAGE = (ROOT / "docs" / "api" / "errors.md").read_text()
# Told to operators by the command line, or written down of an event, a mail or a document: no caller is answered so.
NEVER_ANSWERED = frozenset({
    "amount_negative", "currency_unknown", "coupon_worthless",
    "command_not_dangerous", "line_booked", "line_decided", "line_misfit", "line_unmatched",
    "certificate_refused", "signature_refused", "disputed_with_others", "too_many_reversals",
    "public_url_missing",
    "email_address_refused", "email_header_refused", "email_outcome_unknown", "email_too_large",
    "address_not_stopped",
})  # fmt: skip
DEFAULT_STATUS = "422"


def _trees() -> Iterator[ast.AST]:
    for room in ROOMS:
        for module in sorted((ROOT / room).rglob("*.py")):
            yield ast.parse(module.read_text())


def _raised() -> dict[str, set[str]]:
    """The statuses of each word that stands where a refusal or a problem is made."""
    found: dict[str, set[str]] = defaultdict(set)
    for tree in _trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id == "Rejected":
                given = {key.arg: ast.unparse(key.value) for key in node.keywords}
                word, status = node.args[0], given.get("status", DEFAULT_STATUS)
                status = ast.unparse(node.args[2]) if len(node.args) > 2 else status
            elif node.func.id == "Problem":
                word, status = node.args[1], ast.unparse(node.args[0])
            else:
                continue
            if isinstance(word, ast.Constant):
                found[str(word.value)].add(status)
    return found


def _documented() -> dict[str, str]:
    rows = re.findall(r"^\| ((?:`[a-z_0-9]+`(?:, )?)+) \| (\d{3}) \|", PAGE, re.MULTILINE)
    return {word: status for words, status in rows for word in re.findall(r"`([a-z_0-9]+)`", words)}


def test_each_word_is_told_with_its_status() -> None:
    raised, documented = _raised(), _documented()
    assert len(raised) > 80
    assert set(raised) - set(documented) == NEVER_ANSWERED
    wrong = {word: statuses for word, statuses in raised.items() if documented.get(word, *statuses) not in statuses}
    assert wrong == {}


def test_each_word_that_is_told_exists() -> None:
    texts = {node.value for tree in _trees() for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    made_up = {word for word in _documented() if word not in texts}
    assert {word.removeprefix("invoice_") for word in made_up} <= set(InvoiceStatus)


def test_no_word_is_told_twice() -> None:
    words = re.findall(r"`([a-z_0-9]+)`", "\n".join(re.findall(r"^\| (`.*?) \| \d{3} \|", PAGE, re.MULTILINE)))
    assert sorted(words) == sorted(set(words))
