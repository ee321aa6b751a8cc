"""What the machine must provide so that documents look right and are made quickly. For `cashbeat doctor`."""

import ctypes
import subprocess

FAMILY = "Open Sans"
# The names under which WeasyPrint looks for the library on Linux and on macOS.
HARFBUZZ_SUBSET_NAMES = ("libharfbuzz-subset.so.0", "libharfbuzz-subset.0.dylib")
FONTCONFIG_TIMEOUT_SECONDS = 30  # its first run on a machine reads every installed font


def harfbuzz_subset_available() -> bool:
    """Whether HarfBuzz cuts the fonts down. Without it documents look the same but take several times as long."""
    return any(_loads(name) for name in HARFBUZZ_SUBSET_NAMES)


def family_available() -> bool:
    """Whether the family that documents are designed for is installed. Without it another one stands in."""
    command = ["fc-match", "--format=%{family}", FAMILY]
    try:
        found = subprocess.run(command, capture_output=True, text=True, timeout=FONTCONFIG_TIMEOUT_SECONDS, check=False)  # noqa: S603 the command is ours
    except (OSError, subprocess.TimeoutExpired):
        return False
    return FAMILY in found.stdout.split(",")


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True
