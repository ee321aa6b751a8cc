"""A worker's hands for a command of an operator's."""

from database.engine import Database
from settings import Settings
from stack import discover, master_keys
from workers.celery_app import make_app
from workers.wiring import Work, wire


def as_told_here(settings: Settings) -> Settings:
    """With what the stack that runs here was told, if one does."""
    running = discover.environment(settings.cashbeat_home)
    told = {name: running[name.upper()] for name in Settings.model_fields if name.upper() in running}
    told["cashbeat_master_keys"] = master_keys.known(settings)
    return Settings(**{**settings.model_dump(), **told})


def wired(settings: Settings, database: Database) -> Work:
    """With the gateways of the stack that runs here, if one does. Its broker is nobody's: no bell is rung."""
    return wire(as_told_here(settings), make_app("memory://"), database)
