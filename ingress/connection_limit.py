"""How many connections one sender may have with one process."""

from collections import Counter
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

from starlette.requests import Request

from ingress.problems import unavailable

# What one customer of a provider is given, to choose addresses from at will (RFC 6177, RFC 4291 section 2.5.4).
IPV6_PREFIX_BITS = 64
NETWORKS_REMEMBERED = 4_096

Network = IPv4Address | int | str


class ConnectionLimit:
    """Connections of one process by the network that they come from. A limit of 0 is none."""

    def __init__(self, connections_max: int) -> None:
        self._connections_max = connections_max
        self._open: Counter[Network] = Counter()

    def enter(self, address: str) -> None:
        """One more; whoever entered has to leave. Raises Problem 503 when its network has as many as it may."""
        network = network_of(address)
        if 0 < self._connections_max <= self._open[network]:
            raise unavailable("Too many connections from this address; close some.")
        self._open[network] += 1

    def leave(self, address: str) -> None:
        """One less."""
        network = network_of(address)
        self._open[network] -= 1
        if not self._open[network]:
            del self._open[network]


def address_of(request: Request) -> str:
    """Where it comes from; empty where that is no address."""
    return request.client.host if request.client else ""


@lru_cache(maxsize=NETWORKS_REMEMBERED)
def network_of(address: str) -> Network:
    """Whom an address belongs to: of IPv4 itself, of IPv6 its /64; what is no address stands for itself."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        return found.ipv4_mapped or int(found) >> (128 - IPV6_PREFIX_BITS)
    return found
