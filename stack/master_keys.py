"""The master keys that a command at the terminal, or a stack that starts, seals and opens with."""

from pathlib import Path

from credentials import master_keys
from credentials.master_keys import MasterKeys
from settings import Settings
from stack import discover
from stack import home as homes
from stack.errors import StackError

FILE = "master_keys"
KEY_ID = "home"
NAME = "CASHBEAT_MASTER_KEYS"


def of_stack(settings: Settings, home: Path) -> str:
    """Those that are set, else one that this home makes up and keeps, as it does with passwords.

    Raises StackError in production: who makes a key up there has no copy of it elsewhere, and loses what it sealed.
    """
    configured = settings.cashbeat_master_keys.get_secret_value()
    if configured:
        return configured
    if settings.is_production:
        raise StackError(f"{NAME} is not set")
    path = home / "secrets" / FILE
    if not path.exists():
        homes.write_private(path, master_keys.make(KEY_ID))
    return path.read_text(encoding="utf-8")


def known(settings: Settings) -> str:
    """Those that are set for this command, else the running stack's, else this home's; empty when there are none."""
    configured = settings.cashbeat_master_keys.get_secret_value()
    running = discover.environment(settings.cashbeat_home).get(NAME, "")
    path = settings.cashbeat_home / "secrets" / FILE
    return configured or running or (path.read_text(encoding="utf-8") if path.exists() else "")


def to_open(settings: Settings) -> MasterKeys:
    """For a command that only looks: nothing is made up for it, and without a key all stays sealed."""
    return master_keys.parse(known(settings))


def to_seal(settings: Settings) -> MasterKeys:
    """For a command that keeps something.

    Raises StackError where the stack that runs here could not open what this seals, and in production without a key.
    """
    keys = master_keys.parse(known(settings) or of_stack(settings, homes.prepare(settings.cashbeat_home)))
    running = discover.environment(settings.cashbeat_home).get(NAME, "")
    if running and not master_keys.parse(running).knows(keys.first_id):
        raise StackError(f"the running stack was not told the master key {keys.first_id!r}; restart it with both first")
    return keys
