"""Logging as it was: what a test configures in this process is no other test's."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

import logs


@contextmanager
def logging_put_back() -> Iterator[None]:
    """Afterwards structlog knows nothing, and the root logger has the handlers and the level that it had."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        logging.captureWarnings(False)
        logs.clear()
        structlog.reset_defaults()
