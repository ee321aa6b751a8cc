"""One line of benchmarks/latest.json."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A measured value beside its floor from the same run. A larger `ratio` is always the better one."""

    name: str
    value: float
    unit: str
    floor: float
    ratio: float
    aim: float

    @property
    def is_met(self) -> bool:
        """Whether the ratio is what we aim at."""
        return self.ratio >= self.aim
