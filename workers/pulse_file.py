"""A file that shows a process alive, for whoever looks from outside, as at a container's health."""

from pathlib import Path

FOLDER = "run"


def touch_pulse(home: Path, name: str) -> None:
    """Set the time of `NAME.pulse` to now. A home that cannot be written shows no pulse, and is no reason to stop."""
    pulse = home.absolute() / FOLDER / f"{name}.pulse"
    try:
        pulse.parent.mkdir(parents=True, exist_ok=True)
        pulse.touch()
    except OSError:
        return
