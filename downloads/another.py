"""What “Protect another device” says: which license has room, and what there is to get on each system."""

from dataclasses import dataclass
from datetime import datetime

from downloads.models import SetupGuide
from downloads.offers import Offer, installers_on, stores_on
from licenses.models import License, Platform

SYSTEMS = {
    SetupGuide.Platform.MOBILE: (Platform.ANDROID, Platform.IOS),
    SetupGuide.Platform.WINDOWS: (Platform.WINDOWS,),
    SetupGuide.Platform.MAC: (Platform.MACOS,),
}


@dataclass
class Way:
    """The way of one license onto one kind of device."""

    offer: Offer
    tab: SetupGuide.Platform
    free: int | None

    @property
    def is_open(self) -> bool:
        return self.offer.is_available and self.free != 0


def licenses_with_room(user) -> list[License]:
    """Return the running licenses that can protect one more device, first the one that protects longest."""
    licenses = License.objects.for_user(user).kept().with_state()
    roomy = [license for license in licenses if license.is_running and not license.is_full]
    return sorted(roomy, key=lambda license: license.ends_at, reverse=True)


def ways_of(license: License, at: datetime) -> dict[SetupGuide.Platform, Way]:
    """Map each kind of device to the way of this license there."""
    ways = {}
    for tab in SYSTEMS:
        installer = installers_on(tab, at, product=license.product).get(license.product_id)
        stores = stores_on(tab, product=license.product)[license.product_id]
        ways[tab] = Way(Offer(license.product, license, installer, stores), tab, free_seats(license, tab))
    return ways


def free_seats(license: License, tab: SetupGuide.Platform) -> int | None:
    """Return how many more devices of this kind the license can protect; None means no limit."""
    pools = [(pool, used) for pool, used in license.pools if any(map(pool.takes, SYSTEMS[tab]))]
    if any(pool.quantity is None for pool, _used in pools):
        return None
    return sum(max(0, pool.quantity - used) for pool, used in pools)
