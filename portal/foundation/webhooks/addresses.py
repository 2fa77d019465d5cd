"""Where a message may go: to the internet by https, never into the operator's own network."""

import ipaddress
import socket
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LOCAL_NAMES = {"localhost", "127.0.0.1", "::1"}
# Addresses of IPv6 that end in one of IPv4: translated by a gateway (RFC 6052), or an older spelling.
CARRIERS = [ipaddress.ip_network(each) for each in ("64:ff9b::/96", "::/96", "::ffff:0:0:0/96")]
# Of somebody's own network, though Python takes them for everybody's: site-local (RFC 3879), local NAT64 (RFC 8215).
NOT_GLOBAL = [ipaddress.ip_network(each) for each in ("fec0::/10", "64:ff9b:1::/48")]
PORTS = {"https": 443, "http": 80}


def refuse_address(url: str) -> None:
    """Refuse an address that staff must not enter. Raises `bad_webhook_address`, `private_webhook_address`."""
    parts = split(url)
    try:
        public_addresses(parts)
    except OSError:
        return  # a name that cannot be looked up now may be later; each try looks again


def split(url: str) -> SplitResult:
    """Return the parts of an address that a message may be sent to."""
    try:
        parts = urlsplit(url)
        sendable = bool(parts.hostname and (parts.port is None or parts.port > 0) and url.isascii())
    except ValueError:
        sendable = False
    if not sendable or parts.username or parts.password or parts.fragment:
        raise bad_address(_("Enter an address like https://shop.example.com/webhooks, without name and password."))
    is_ours = parts.hostname in LOCAL_NAMES and not settings.PRODUCTION
    if parts.scheme == "https" or (parts.scheme == "http" and is_ours):
        return parts
    raise bad_address(_("Messages are sent by https only. Enter an address that begins with https://."))


def public_addresses(parts: SplitResult) -> list[tuple[socket.AddressFamily, tuple]]:
    """Return the sockets' addresses of this host; in production, refuse one that is not on the internet.

    Raises `OSError` when the name is not known.
    """
    port = parts.port or PORTS[parts.scheme]
    looked_up = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    found: list[tuple[socket.AddressFamily, tuple]] = [
        (family, to) for family, _kind, _protocol, _name, to in looked_up
    ]
    if settings.PRODUCTION and not all(is_public(to[0]) for _family, to in found):
        raise ValidationError(
            _("This address is in a private network. Enter one that is reached over the internet."),
            code="private_webhook_address",
        )
    return found


def is_public(address: str) -> bool:
    """Tell whether an IP address belongs to the internet, also one that is wrapped in another."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
        if any(ip in network for network in NOT_GLOBAL):
            return False
        if any(ip in network for network in CARRIERS):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        ip = inner or ip
    return ip.is_global and not ip.is_multicast


def bad_address(text) -> ValidationError:
    return ValidationError(text, code="bad_webhook_address")
