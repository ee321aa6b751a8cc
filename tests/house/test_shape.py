"""Small files and small functions. Whoever needs a longer one says here why."""

from collections import Counter

from tools.house.rooms import WATCHERS, files
from tools.house.sizes import file_sizes, function_sizes

# in the rooms, and where they are only watched
FILE_LINES_MAX, WATCHING_FILE_LINES_MAX = 300, 400
FUNCTION_LINES_MAX, WATCHING_FUNCTION_LINES_MAX = 40, 60

EXCEPTIONS: dict[str, str] = {}


def test_files_and_functions_are_small_or_have_a_reason() -> None:
    ours, watching = list(files()), list(files(*WATCHERS))
    long = {
        *_over(FILE_LINES_MAX, file_sizes(ours)),
        *_over(FUNCTION_LINES_MAX, function_sizes(ours)),
        *_over(WATCHING_FILE_LINES_MAX, file_sizes(watching)),
        *_over(WATCHING_FUNCTION_LINES_MAX, function_sizes(watching)),
    }
    assert sorted(long) == sorted(EXCEPTIONS)


def _over(lines_max: int, sizes: dict[str, int]) -> list[str]:
    return [name for name, lines in sizes.items() if lines > lines_max]


def test_no_two_test_files_bear_one_name() -> None:
    """pytest imports them by their names alone, so a run of all folders at once would end before its first test."""
    names = Counter(path.name for path in files("tests") if path.name.startswith("test_"))
    assert [name for name, times in names.items() if times > 1] == []
