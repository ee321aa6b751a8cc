"""Where an endpoint may be. Whoever may set its address could otherwise have us ask whatever this machine can reach.

A name is resolved once, each of its addresses is looked at, and the connection goes to one that was looked at: a name
that answers otherwise the second time ("DNS rebinding") gains nothing.
"""

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

PORTS = {"http": 80, "https": 443}
# IPv6 addresses that carry an IPv4 one, which counts then: NAT64 (RFC 6052)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# All that is given out of IPv6 to anybody (RFC 4291, RFC 7020). The rest leads into this network, or nowhere: addresses
# of a site, NAT64 of one's own (RFC 8215), and old ways to write an IPv4 address.
_UNICAST = ipaddress.ip_network("2000::/3")
# for protocols between neighbours (RFC 6890); Python takes some of them for global
_BETWEEN_NEIGHBOURS = ipaddress.ip_network("192.0.0.0/24")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class AddressRefused(Exception):
    """We do not send there. The text is half a sentence."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes: to `address`, in the name of `host`."""

    scheme: str
    host: str
    port: int
    path: str
    address: str

    @property
    def host_header(self) -> str:
        """As a browser would send it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def check_url(url: str, *, is_production: bool) -> None:
    """Raises AddressRefused for an address that is refused whatever its name resolves to."""
    parts = urlsplit(url)
    if is_production and parts.scheme != "https":
        raise AddressRefused("it must be https in production")
    host = parts.hostname or ""
    if is_production:
        _refuse_inner_name(host)
        try:
            literal = ipaddress.ip_address(host)
        except ValueError:
            return
        _refuse_inner(literal)


def resolve(url: str, *, is_production: bool) -> Target:
    """The address to connect to. Raises AddressRefused, and OSError where the name has none.

    Outside production every address will do, so that a product can be tried on the developer's machine.
    """
    check_url(url, is_production=is_production)
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    if is_production:
        for address in addresses:
            _refuse_inner(ipaddress.ip_address(address.partition("%")[0]))
    path = parts.path or "/"
    return Target(parts.scheme, host, port, f"{path}?{parts.query}" if parts.query else path, addresses[0])


def _refuse_inner_name(host: str) -> None:
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith((".localhost", ".local", ".internal")):
        raise AddressRefused(f"{host} is a name within a network")


def _refuse_inner(address: Address) -> None:
    """Private, loopback, link-local (where clouds keep their metadata), multicast, reserved."""
    if not _is_public(_carried(address)):
        raise AddressRefused(f"{address} is no address on the public internet")


def _is_public(address: Address) -> bool:
    if not address.is_global or address.is_multicast:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        return address in _UNICAST
    return address not in _BETWEEN_NEIGHBOURS


def _carried(address: Address) -> Address:
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None) or address
