"""`make house`: what a look at the house itself tells. ARGS="longest", "circles", "modules" or "walks"; else all."""

import sys

from tools.house.circles import print_circles
from tools.house.modules import print_modules
from tools.house.sizes import print_longest
from tools.house.walks import print_walks

LOOKS = {"longest": print_longest, "circles": print_circles, "modules": print_modules, "walks": print_walks}


def main() -> int:
    """The exit code: 2 for a look that there is not."""
    wanted = sys.argv[1:] or list(LOOKS)
    if not set(wanted) <= set(LOOKS):
        print(f"there are the looks {', '.join(LOOKS)}", file=sys.stderr)
        return 2
    for name in wanted:
        LOOKS[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main())
