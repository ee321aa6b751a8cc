"""Python's garbage collector in a process that writes in sets."""

import gc

# Rows and objects of a batch live until its commit: with the default of 700 the collector walks through all of them a
# hundred times per batch and finds nothing. Measured: a fifth of a renewal's time.
YOUNG_MAX, MIDDLE_ROUNDS, OLD_ROUNDS = 50_000, 20, 50


def settle_collector() -> None:
    """Never look again at what was loaded by now, and less often at what is new."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_MAX, MIDDLE_ROUNDS, OLD_ROUNDS)
