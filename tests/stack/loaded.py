"""All that commands load when they are typed, loaded once; see `tests.stack.forked`."""

import pkgutil
from importlib import import_module

from sqlalchemy.orm import configure_mappers

import cli
import settings
import stack
from collector import settle_collector

__all__ = ["cli"]

for module in pkgutil.iter_modules(stack.__path__, "stack."):
    import_module(module.name)
# each command would do it at its first question to the database
configure_mappers()
# whoever types has settings of its own
settings.load.cache_clear()
settle_collector()
