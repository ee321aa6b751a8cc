"""What a person at the terminal wants to know once everything runs."""

from rich import box
from rich.table import Table
from rich.text import Text

from stack import development_key
from stack.processes import flower_login
from stack.running import Stack


def announcement(stack: Stack) -> Table:
    """Where everything listens, and how to enter."""
    user, password = flower_login(stack.settings)
    rows = [("API", stack.addresses.ingress_url), ("Portal", stack.addresses.portal_url)]
    rows.append(("Console", f"{stack.addresses.console_url}, by `cashbeat staff enter NAME`"))
    if not stack.settings.is_production:  # a key for everything has no place in production
        rows.append(("API key", development_key.ensure(stack.addresses.database_url, stack.home)))
    if stack.addresses.sandbox_url:
        rows.append(("Sandbox", f"{stack.addresses.sandbox_url}/"))
        rows.append(("Inbox", f"{stack.addresses.sandbox_url}/sandbox/inbox"))
    rows += [("Flower", stack.addresses.flower_url)]
    if not stack.settings.plain("flower_basic_auth"):  # made up for this home; one that was set is known
        rows += [("", f"user {user}, password {password}")]
    rows += [("Logs", str(stack.home / "logs"))]
    table = Table(box=box.ROUNDED, show_header=False, title="Cashbeat is up. Ctrl-C stops it.", title_justify="left")
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(name, Text(value))  # no markup: brackets stand around an IPv6 address
    return table
