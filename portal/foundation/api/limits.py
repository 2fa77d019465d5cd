"""How often somebody may do something: counted in the database, exact over all processes, one statement a count.

`settings.LIMITS` is the operator's table of all of them; what a row is called is up to the app that counts by it.
"""

import ipaddress
import time
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import connection

# Begin to count, count one more, or begin anew when the window is over: whoever asks at the same time waits here.
COUNT = """
INSERT INTO api_ratecount (key, began_at, count) VALUES (%(key)s, %(now)s, 1)
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN api_ratecount.began_at <= %(before)s THEN 1 ELSE api_ratecount.count + 1 END,
    began_at = CASE WHEN api_ratecount.began_at <= %(before)s THEN %(now)s ELSE api_ratecount.began_at END
RETURNING began_at, count
"""
GIVE_BACK = "UPDATE api_ratecount SET count = count - 1 WHERE key = %(key)s AND count > 0"
# What one household or office has of the IPv6 addresses: whoever is refused at one must not go on from the next.
HOUSEHOLD = 64


class Count(NamedTuple):
    """The how-manieth this was of so many, when it was, and in how many seconds counting begins anew."""

    number: int
    of: int
    seconds: int
    at: datetime

    @property
    def is_over(self) -> bool:
        return self.number > self.of

    @property
    def until(self) -> datetime:
        return self.at + timedelta(seconds=self.seconds)


def count(limit: str, subject: object) -> Count:
    """Count one more of a subject; what is over the limit counts as well, but makes no wait longer.

    Here the clock is asked, whatever moment the caller speaks of: a limit is about how fast somebody tries.
    """
    of, window = settings.LIMITS[limit]
    seconds = int(window.total_seconds())
    now = int(time.time())
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"key": key_of(limit, subject), "now": now, "before": now - seconds})
        began_at, number = cursor.fetchone()
    return Count(number, of, max(1, began_at + seconds - now), datetime.fromtimestamp(now, UTC))


def give_back(limit: str, subject: object) -> None:
    """Take one count back, where only what turns out to be wrong counts: counted first, so that none overtakes."""
    with connection.cursor() as cursor:
        cursor.execute(GIVE_BACK, {"key": key_of(limit, subject)})


def forget(limit: str, subject: object) -> None:
    """Begin to count a subject anew."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM api_ratecount WHERE key = %(key)s", {"key": key_of(limit, subject)})


def key_of(limit: str, subject: object) -> str:
    return f"{limit}:{subject}"


def network_of(address: str) -> str:
    """Return what counts as one network address: of IPv6, the first half."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:  # a proxy's own word
        return address[:45]
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, HOUSEHOLD), strict=False).network_address)
