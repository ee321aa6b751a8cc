"""How a command of ours ended; 0 is well."""

FOUND_WRONG = 1
# with one sentence saying why
IMPOSSIBLE = 2
