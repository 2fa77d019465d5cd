"""What the demonstration sells: products, plans, places of the apps. The names are the client's."""

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import quote

from downloads.models import StoreLink
from downloads.services import write_default_guides
from licenses.models import Plan, Product, SeatPool

WINDOWS, MACOS, ANDROID, IOS, SERVER = "windows", "macos", "android", "ios", "server"
EVERYWHERE = (WINDOWS, MACOS, ANDROID, IOS)


class Sold(NamedTuple):
    """A product: how its page looks, where it runs, how its Windows file is called."""

    slug: str
    name: str
    summary: str
    icon: str
    tone: int
    platforms: tuple[str, ...]
    file_prefix: str
    version: str
    successor: str = ""
    kind: str = Product.Kind.PROTECTION


PRODUCTS = [
    Sold("premium", "Kaspersky Premium", "With remote support", "shieldok", 1, EVERYWHERE, "kprem", "21.21.7"),
    Sold("plus", "Kaspersky Plus", "Protection, VPN and passwords", "shieldok", 3, EVERYWHERE, "kplus", "21.21.7"),
    Sold("standard", "Kaspersky Standard", "Protection for every day", "shield", 2, EVERYWHERE, "kstd", "21.21.7"),
    Sold(
        "security-cloud",
        "Kaspersky Security Cloud",
        "Protection that follows your account",
        "shieldok",
        1,
        EVERYWHERE,
        "ks4.0",
        "21.3.10.391",
        "plus",
    ),
    Sold(
        "internet-security",
        "Kaspersky Internet Security",
        "Protection on the web",
        "shield",
        2,
        (WINDOWS, MACOS, ANDROID),
        "kis4.0",
        "21.3.10.391",
        "standard",
    ),
    Sold(
        "total-security",
        "Kaspersky Total Security",
        "Protection, passwords and backups",
        "shieldok",
        4,
        EVERYWHERE,
        "kts4.0",
        "21.3.10.391",
        "premium",
    ),
    Sold(
        "anti-virus",
        "Kaspersky Anti-Virus",
        "For one Windows computer",
        "pc",
        5,
        (WINDOWS,),
        "kav4.0",
        "21.3.10.391",
        "standard",
    ),
    Sold(
        "password-manager",
        "Kaspersky Password Manager",
        "Passwords, one key",
        "vault",
        4,
        EVERYWHERE,
        "kpm",
        "24.2.0",
        kind=Product.Kind.PASSWORDS,
    ),
    Sold(
        "secure-connection",
        "Kaspersky Secure Connection",
        "A private tunnel",
        "vpn",
        5,
        EVERYWHERE,
        "ksec",
        "21.20.8",
        kind=Product.Kind.VPN,
    ),
    Sold(
        "safe-kids",
        "Kaspersky Safe Kids",
        "Screen time and safe searching",
        "user",
        3,
        EVERYWHERE,
        "ksk",
        "1.5.0",
        kind=Product.Kind.CHILDREN,
    ),
    Sold(
        "small-office-security",
        "Kaspersky Small Office Security",
        "For offices with a server",
        "pc",
        2,
        (*EVERYWHERE, SERVER),
        "ksos4.0",
        "21.3.10.391",
    ),
]


class Offered(NamedTuple):
    """A plan: pools of how many seats of which platforms; without a number there is no limit."""

    slug: str
    product: str
    name: str
    pools: Sequence[tuple[int | None, tuple[str, ...]]]
    length: int = 1
    unit: str = Plan.Unit.YEAR
    kind: str = Plan.Kind.COMMERCIAL
    region: str = ""


def for_devices(product: str, name: str, count: int | None, platforms=EVERYWHERE) -> list[Offered]:
    """The plans of one and of two years for so many devices."""
    of = f"{name}, {count} device{'' if count == 1 else 's'}" if count else name
    slug = f"{product}-{name.lower().replace(' ', '-')}" + (f"-{count}" if count else "")
    return [
        Offered(
            f"{slug}-{years}y", product, f"{of}, {years} year{'' if years == 1 else 's'}", [(count, platforms)], years
        )
        for years in (1, 2)
    ]


def trial(product: str, count: int) -> Offered:
    return Offered(
        f"{product}-trial-30d", product, "Trial, 30 days", [(count, EVERYWHERE)], 30, Plan.Unit.DAY, Plan.Kind.TRIAL
    )


OFFICE: list[tuple[int | None, tuple[str, ...]]] = [(5, (WINDOWS, MACOS)), (1, (SERVER,)), (5, (ANDROID, IOS))]
PLANS = [
    *for_devices("security-cloud", "Personal", 3),
    *for_devices("security-cloud", "Personal", 5),
    *for_devices("security-cloud", "Family", 20),
    trial("security-cloud", 5),
    *for_devices("internet-security", "Personal", 1, (WINDOWS, MACOS, ANDROID)),
    *for_devices("internet-security", "Personal", 3, (WINDOWS, MACOS, ANDROID)),
    Offered(
        "internet-security-personal-1-1y-americas",
        "internet-security",
        "Personal, 1 device, 1 year, Americas",
        [(1, (WINDOWS, MACOS, ANDROID))],
        region="americas",
    ),
    *for_devices("total-security", "Personal", 3),
    *for_devices("total-security", "Personal", 5),
    *for_devices("anti-virus", "Personal", 1, (WINDOWS,)),
    *for_devices("password-manager", "Per person", None),
    *for_devices("secure-connection", "Personal", 5),
    Offered(
        "secure-connection-subscription-1m",
        "secure-connection",
        "Subscription, 5 devices",
        [(5, EVERYWHERE)],
        1,
        Plan.Unit.MONTH,
        Plan.Kind.SUBSCRIPTION,
    ),
    *for_devices("safe-kids", "Family", None),
    Offered(
        "small-office-security-5-1-5-1y", "small-office-security", "5 desktops, 1 server, 5 phones, 1 year", OFFICE
    ),
    Offered(
        "small-office-security-5-1-5-2y", "small-office-security", "5 desktops, 1 server, 5 phones, 2 years", OFFICE, 2
    ),
    *[plan for product in ("standard", "plus", "premium") for plan in for_devices(product, "Personal", 5)],
    trial("standard", 3),
    trial("premium", 5),
]

# Searches, because the addresses of apps are their makers'.
STORES = {
    StoreLink.Store.GOOGLE_PLAY: (ANDROID, "https://play.google.com/store/search?c=apps&q={}", "Android 10+"),
    StoreLink.Store.APP_STORE: (IOS, "https://www.apple.com/us/search/{}?src=globalnav", "iOS 17+"),
    StoreLink.Store.APP_GALLERY: (ANDROID, "https://appgallery.huawei.com/search/{}", "Android 10+"),
}


def load_catalog() -> None:
    """Make what is missing; what staff changed stays."""
    for sold in PRODUCTS:
        load_product(sold)
    for offered in PLANS:
        load_plan(offered)


def load_product(sold: Sold) -> None:
    product, created = Product.objects.get_or_create(
        slug=sold.slug,
        defaults={
            "name": sold.name,
            "kind": sold.kind,
            "summary": sold.summary,
            "icon": sold.icon,
            "tone": sold.tone,
            "renew_url": f"https://example.com/shop/{sold.slug}",
            "successor": Product.objects.filter(slug=sold.successor).first(),
        },
    )
    if not created:
        return
    for store, (platform, address, requirements) in STORES.items():
        if platform in sold.platforms:
            url = address.format(quote(sold.name))
            StoreLink.objects.create(product=product, store=store, url=url, requirements=requirements)
    write_default_guides(product=product, platforms=["mobile"] if ANDROID in sold.platforms else [])


def load_plan(offered: Offered) -> None:
    plan, created = Plan.objects.get_or_create(
        slug=offered.slug,
        defaults={
            "product": Product.objects.get(slug=offered.product),
            "name": offered.name,
            "kind": offered.kind,
            "term_length": offered.length,
            "term_unit": offered.unit,
            "region": offered.region,
        },
    )
    for position, (quantity, platforms) in enumerate(offered.pools if created else [], start=1):
        on = {f"on_{platform}": True for platform in platforms}
        SeatPool.objects.create(plan=plan, position=position, quantity=quantity, **on)
