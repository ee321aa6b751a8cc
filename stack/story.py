"""What the demo's story needs at hand, and how it is told."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console

from database.engine import Database
from stack.errors import StackError
from stack.running import Stack
from stack.shopper import Shopper

# a killed worker is restarted in seconds, and what it left is rung for again within half a minute
SETTLE_WAIT_SECONDS = 120.0
SETTLE_POLL_SECONDS = 0.25


@dataclass
class Story:
    """What the story needs at hand, and what it notes for the summary."""

    stack: Stack
    shopper: Shopper
    database: Database
    console: Console
    account_id: str = ""
    # of whom pays at another gateway
    other_account_id: str = ""
    # of whom has lived for months
    company_id: str = ""
    refused: int = 0
    # where the papers lie that ask for money, by the numbers of their invoices
    papers: dict[str, str] = field(default_factory=dict)

    def tell(self, text: str) -> None:
        """One finished step."""
        self.console.print(f"[green]✓[/green] {text}", soft_wrap=True)

    def wait_for(self, condition: Callable[[], object], what: str) -> None:
        """Until it is so; raises StackError when it is not in time."""
        deadline = time.monotonic() + SETTLE_WAIT_SECONDS
        while not condition():
            if time.monotonic() > deadline:
                raise StackError(f"waited {SETTLE_WAIT_SECONDS:.0f} seconds for {what}")
            time.sleep(SETTLE_POLL_SECONDS)

    def emails(self) -> list[dict[str, Any]]:
        """What is in the sandbox's mailbox, the newest first."""
        emails: list[dict[str, Any]] = self.shopper.sandbox("GET", "/sandbox/inbox.json")["emails"]
        return emails

    def has_mail_with(self, paper: str) -> bool:
        """Whether somebody was sent the PDF of an invoice or a credit note, by its number."""
        return any(file["filename"] == f"{paper}.pdf" for email in self.emails() for file in email["attachments"])

    def keep(self, paper: str, content: bytes) -> str:
        """Write a PDF where a person can open it, and return where."""
        path = self.stack.home / "demo" / f"{paper}.pdf"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        return str(path)
