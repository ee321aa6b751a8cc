"""How many modules lie in each folder of `billing/`, those of inner folders counted on their own line."""

from collections import Counter

from tools.house.rooms import files


def print_modules() -> None:
    """One line for each folder, the fullest first."""
    counts = Counter(str(path.parent) for path in files("billing") if path.name != "__init__.py")
    print(f"{sum(counts.values())} modules in {len(counts)} folders of billing/:")
    for folder, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        print(f"{count:6} {folder}")
