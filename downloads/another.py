"""What “Protect another device” says: which license has room, and what there is to get on each system."""

from dataclasses import dataclass
from datetime import datetime

from downloads.models import SetupGuide
from downloads.offers import Offer, installers_on, stores_on
from licenses.models import License, Platform
from licenses.standing import Standing

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


def licenses_with_room(user, at: datetime) -> list[Standing]:
    """Return the running licenses that can protect one more device, first the one that protects longest."""
    standings = License.objects.for_user(user).kept().standings(at, zone=user.zone)
    roomy = [standing for standing in standings if standing.is_running and not standing.is_full]
    return sorted(roomy, key=lambda standing: standing.ends_at, reverse=True)


def ways_of(standing: Standing) -> dict[SetupGuide.Platform, Way]:
    """Map each kind of device to the way of this license there."""
    ways, product = {}, standing.product
    for tab, platforms in SYSTEMS.items():
        installer = installers_on(tab, standing.at, product=product).get(product.pk)
        stores = stores_on(tab, product=product)[product.pk]
        ways[tab] = Way(Offer(product, standing, installer, stores), tab, standing.free_for(*platforms))
    return ways
