"""How many bytes of large bodies the requests of one process may take together."""

from collections.abc import Sequence

# A webhook has three kilobytes and a command less: so much is always read, whatever the large ones take.
SMALL_BYTES = 16 * 1024
# All that is above that, of all requests that a process reads or stores at once. An idle process has a hundred
# megabytes; with this and two thousand small bodies it stays below two hundred.
LARGE_BYTES_MAX = 32 * 1024 * 1024
# No route reads further, whatever a sender declares.
DECLARED_BYTES_MAX = 512 * 1024


class BodyBudget:
    """What is left for the large bodies of one process."""

    def __init__(self, left_bytes: int = LARGE_BYTES_MAX) -> None:
        self.left_bytes = left_bytes


class BodyReservation:
    """What the requests of one connection hold of it, from the first byte of a body to the answer."""

    def __init__(self, budget: BodyBudget) -> None:
        self._budget = budget
        self._held_bytes = self._of_request_bytes = 0

    def begin(self, headers: Sequence[tuple[bytes, bytes]]) -> bool:
        """Another request: whether there is room for the body that its head declares. Chunks are counted later."""
        self._of_request_bytes = 0
        return self.admit(_declared_bytes(headers))

    def admit(self, size_bytes: int) -> bool:
        """Whether there is room for so many bytes of the request in all; then they are held."""
        more_bytes = size_bytes - SMALL_BYTES - self._of_request_bytes
        if more_bytes > self._budget.left_bytes:
            return False
        if more_bytes > 0:
            self._budget.left_bytes -= more_bytes
            self._of_request_bytes += more_bytes
            self._held_bytes += more_bytes
        return True

    def give_back(self) -> None:
        """All of it: the requests are answered."""
        self._budget.left_bytes += self._held_bytes
        self._held_bytes = self._of_request_bytes = 0


def _declared_bytes(headers: Sequence[tuple[bytes, bytes]]) -> int:
    """What the sender says, as far as it is read; 0 for chunks, whose number nobody knows."""
    for name, value in headers:
        if name == b"content-length":
            return min(int(value), DECLARED_BYTES_MAX)
    return 0
