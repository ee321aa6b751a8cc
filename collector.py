"""Python's garbage collector in our processes: they load much, keep it for life, and end with it."""

import atexit
import gc

# Rows and objects of a batch live until its commit: with the default of 700 the collector walks through all of them a
# hundred times per batch and finds nothing. Measured: a fifth of a renewal's time, and a tenth of a process's start.
YOUNG_MAX, MIDDLE_ROUNDS, OLD_ROUNDS = 50_000, 20, 50


def collect_seldom() -> None:
    """For the beginning of a process: look less often at what is new, and at nothing when it ends.

    At its end Python walks through all that was ever loaded, and several times; the system takes it all back anyway.
    Measured: a quarter of the CPU that a worker takes to start and to stop.
    """
    gc.set_threshold(YOUNG_MAX, MIDDLE_ROUNDS, OLD_ROUNDS)
    atexit.register(gc.freeze)


def settle_collector() -> None:
    """Never look again at what was loaded by now, and less often at what is new."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_MAX, MIDDLE_ROUNDS, OLD_ROUNDS)
