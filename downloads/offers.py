"""What the download page offers a customer: each product with its file or stores, or the reason why it is locked."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import get_language

from downloads.models import Installer, SetupGuide, StoreLink
from licenses.models import License, Platform, Product
from licenses.standing import Standing, State

INSTALLER_PLATFORMS = {
    SetupGuide.Platform.WINDOWS: Platform.WINDOWS,
    SetupGuide.Platform.MAC: Platform.MACOS,
}
# Of several licenses of a product the one nearest to a right explains the lock; of those alike, one with a free seat.
NEAREST = [
    State.ACTIVE,
    State.ENDING,
    State.QUEUED,
    State.BLOCKED,
    State.EXPIRED,
]


@dataclass
class Offer:
    product: Product
    standing: Standing | None = None
    installer: Installer | None = None
    stores: list[StoreLink] = field(default_factory=list)
    has_guide: bool = False
    qr: str = ""

    @property
    def is_unlocked(self) -> bool:
        return self.standing is not None and self.standing.is_running

    @property
    def is_available(self) -> bool:
        """There is a right, and there is something to get."""
        return self.is_unlocked and bool(self.installer or self.stores)

    @property
    def is_full(self) -> bool:
        """There is a right, but not for one more device: it can be installed again where it was."""
        return self.standing is not None and self.standing.is_full

    @property
    def shop(self) -> str:
        """Where a product that was never licensed can be bought; empty where nobody sells it."""
        return "" if self.standing or self.product.withdrawn_at else self.product.renew_url

    @property
    def lock(self) -> str:
        """Why it is locked: the state of the license, or “none” without one."""
        return self.standing.state.value if self.standing else "none"

    @property
    def requirements(self) -> list[str]:
        if self.installer:
            return self.installer.requirements.splitlines()
        return list(dict.fromkeys(link.requirements for link in self.stores if link.requirements))


def has_right(user, product: Product, at: datetime) -> bool:
    """Whether a license of this very product runs for this customer at this moment."""
    return License.objects.for_user(user).active_at(at).filter(product=product).exists()


def nearest_licenses(user, at: datetime) -> dict[int, Standing]:
    """Map each product of this customer to what the license is that says most about it."""
    standings = License.objects.for_user(user).standings(at, zone=user.zone)
    nearest: dict[int, Standing] = {}
    for standing in sorted(standings, key=lambda one: (NEAREST.index(one.state), one.is_full, -one.license.pk)):
        nearest.setdefault(standing.product.pk, standing)
    return nearest


def by_language(rows: Iterable, asked: str | None = None) -> list:
    """Sort rows: first the language that was asked for, then the reader's, then English; otherwise as they stand."""
    languages = [asked, get_language(), "en"]
    return sorted(rows, key=lambda row: [*languages, row.language].index(row.language))


def installers_on(tab: str, at: datetime, **which) -> dict[int, Installer]:
    """Map each product to the installer to offer: the current one, in the best language. `which` narrows them."""
    if tab == SetupGuide.Platform.MOBILE:
        return {}
    platform = INSTALLER_PLATFORMS[SetupGuide.Platform(tab)]
    offered: dict[int, Installer] = {}
    for installer in by_language(Installer.objects.published(at).filter(platform=platform, **which).current_first()):
        offered.setdefault(installer.product_id, installer)
    return offered


def stores_on(tab: str, **which) -> dict[int, list[StoreLink]]:
    """Map each product to its store links; only phones and tablets have any. `which` narrows the products."""
    links = defaultdict(list)
    if tab == SetupGuide.Platform.MOBILE:
        for link in sorted(StoreLink.objects.filter(**which), key=lambda link: link.position):
            links[link.product_id].append(link)
    return links


def list_offers(user, tab: str, at: datetime) -> list[Offer]:
    """Return what this tab shows: first what can be downloaded now, then what could be, each part by name."""
    licenses, installers, stores = nearest_licenses(user, at), installers_on(tab, at), stores_on(tab)
    running = [pk for pk, standing in licenses.items() if standing.is_running]
    guide = SetupGuide.objects.filter(product=OuterRef("pk"), platform=tab)
    products = (
        Product.objects.filter(pk__in={*installers, *stores, *running})
        .filter(Q(withdrawn_at__isnull=True) | Q(pk__in=licenses))
        .annotate(has_guide=Exists(guide))
    )
    offers = [
        Offer(
            product=product,
            standing=licenses.get(product.pk),
            installer=installers.get(product.pk),
            stores=stores.get(product.pk, []),
            has_guide=product.has_guide,
        )
        for product in products
    ]
    return sorted(offers, key=lambda offer: (not offer.is_available, not offer.is_unlocked, offer.product.name))
