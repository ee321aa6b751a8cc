"""An address is counted as whoever holds it can choose it: one of IPv4, a whole /64 of IPv6."""

import pytest

from ingress.connection_limit import ConnectionLimit
from ingress.problems import Problem


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"),
        ("2001:db8:1:2::1", "2001:0DB8:1:2:0:0:0:7"),
        ("192.0.2.7", "::ffff:192.0.2.7"),
        ("fe80::1%eth0", "fe80::2%eth0"),
        ("", ""),
    ],
)
def test_who_shares_a_network_shares_its_connections(one: str, other: str) -> None:
    limit = ConnectionLimit(1)
    limit.enter(one)
    with pytest.raises(Problem):
        limit.enter(other)
    limit.leave(other)
    limit.enter(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("2001:db8:1:2::1", "2001:db8:1:3::1"), ("192.0.2.7", "192.0.2.8"), ("::ffff:192.0.2.7", "::ffff:192.0.2.8")],
)
def test_others_have_their_own(one: str, other: str) -> None:
    limit = ConnectionLimit(1)
    limit.enter(one)
    limit.enter(other)
