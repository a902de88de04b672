"""Which addresses are counted as one: the network that a household, a clinic or a waiting room shares."""

from ipaddress import ip_address, ip_network


def network_of(address: str, v4_bits: int = 24, v6_bits: int = 64) -> str:
    """The network of `address`, as "192.0.2.0/24"; what is no IP address is its own network.

    An IPv4 address written as IPv6 ("::ffff:192.0.2.1") is the IPv4 address.
    """
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return str(ip_network((ip, v4_bits if ip.version == 4 else v6_bits), strict=False))
