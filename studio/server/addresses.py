"""Which addresses a photo may be fetched from: public ones only. Pure."""

from __future__ import annotations

import ipaddress

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_REFUSED = tuple(
    ipaddress.ip_network(network)
    for network in (
        "100.64.0.0/10",  # carrier-grade NAT, which ipaddress calls neither private nor global
        "168.63.129.16/32",  # a public address on which one cloud answers its own machines
        "192.0.0.0/24",
        "192.88.99.0/24",  # relays and embeddings that lead to another address:
        "::/96",
        "::ffff:0:0/96",
        "64:ff9b:1::/48",
        "2001::/23",
        "2002::/16",
        "fec0::/10",  # site-local, as good as private
    )
)


def is_public(address: IPAddress) -> bool:
    """Say whether an address belongs to the public internet and to nothing of ours."""
    if isinstance(address, ipaddress.IPv6Address) and address in _NAT64:
        # Networks without IPv4 reach every IPv4 host this way, so look at whom it means.
        return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    if any(address.version == network.version and address in network for network in _REFUSED):
        return False
    special = (
        address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
    )
    return address.is_global and not special


def parse_address(text: str) -> IPAddress:
    """Read the address of a socket, which may name its interface (`fe80::1%eth0`)."""
    return ipaddress.ip_address(text.partition("%")[0])
