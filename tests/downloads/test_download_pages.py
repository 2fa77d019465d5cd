"""The Downloads tab: what is offered, what is locked and why, and the way from there."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from downloads.models import StoreLink
from downloads.offers import Offer
from tests.downloads.conftest import DMG
from tests.downloads.test_download_file import license_from
from tests.factories import LicenseFactory, ProductFactory, SeatFactory

pytestmark = pytest.mark.django_db

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.0 Safari/605.1.15"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"
ANDROID = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"
LINUX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def read(client_of, customer):
    """Return a function that opens a page as the customer."""

    def read(name: str, *args) -> str:
        answer = client_of(customer).get(reverse(name, args=args), follow=True)
        assert answer.status_code == 200
        return answer.content.decode()

    return read


@pytest.mark.parametrize(
    ("agent", "hint", "tab"),
    [
        (WINDOWS, "", "windows"),
        (MAC, "", "mac"),
        (IPHONE, "", "mobile"),
        (ANDROID, "", "mobile"),
        (LINUX, "", "windows"),
        ("", "", "windows"),
        (WINDOWS, '"macOS"', "mac"),
        (LINUX, '"Android"', "mobile"),
        (MAC, '"Unknown"', "mac"),
    ],
)
def test_first_tab_is_that_of_the_visitors_system(client_of, customer, agent, hint, tab):
    headers = {"User-Agent": agent} | ({"Sec-CH-UA-Platform": hint} if hint else {})
    answer = client_of(customer).get(reverse("downloads:index"), headers=headers)
    assert answer["Location"] == reverse("downloads:platform", args=[tab])
    assert {"User-Agent", "Sec-CH-UA-Platform"} <= set(answer["Vary"].split(", "))


def test_product_in_the_address_opens_its_file_box(client_of, customer, licensed):
    answer = client_of(customer).get(reverse("downloads:index"), {"product": licensed.product.slug})
    box = reverse("downloads:product", args=["windows", licensed.product.slug])
    assert answer["Location"] == f"{box}#product-{licensed.product.slug}"


@pytest.mark.parametrize("slug", ["unknown", "../x", "", "a b"])
def test_unknown_product_in_the_address_opens_the_list(client_of, customer, slug):
    answer = client_of(customer).get(reverse("downloads:index"), {"product": slug})
    assert answer["Location"] == reverse("downloads:platform", args=["windows"])


def test_from_the_list_to_the_box_to_the_file(read, licensed):
    slug = licensed.product.slug
    closed = read("downloads:platform", "windows")
    assert f'href="{reverse("downloads:product", args=["windows", slug])}#product-{slug}"' in closed
    assert "Download for Windows" not in closed
    opened = read("downloads:product", "windows", slug)
    assert "Download for Windows" in opened
    for fact in [licensed.get_absolute_url(), licensed.sha256, licensed.version, licensed.size_text]:
        assert fact in opened
    assert reverse("downloads:guide", args=["windows", slug]) in opened


def test_mac_has_its_own_button_and_name(read, customer, publish):
    installer = publish(DMG, platform="macos")
    LicenseFactory(owner=customer, product=installer.product)
    opened = read("downloads:product", "mac", installer.product.slug)
    assert "Download for Mac" in opened
    assert "/Kaspersky%20Security%20Cloud.dmg" in opened


@pytest.mark.parametrize("path", ["windows/", "windows/{slug}/", "windows/{slug}/guide/", "mac/"])
def test_one_main_action_a_page(client_of, customer, publish, licensed, path):
    publish(version="2")
    page = client_of(customer).get(reverse("downloads:index") + path.format(slug=licensed.product.slug))
    assert page.content.decode().count("btn--primary") == (1 if path != "mac/" else 0)


@pytest.mark.parametrize(
    ("first", "last", "fields", "reason", "way_out"),
    [
        (None, None, {}, "You have no license for this product.", "Add a code"),
        (-400, -35, {}, "Your license ended on", "Renew"),
        (10, 375, {}, "Your license starts on", "View license"),
        (-10, 355, {"blocked_at": timezone.now(), "blocked_reason": "Refunded."}, "blocked: Refunded.", "View license"),
    ],
)
def test_locked_product_says_why_and_what_to_do(read, customer, publish, first, last, fields, reason, way_out):
    installer = publish()
    if first:
        license_from(customer, installer.product, first, last, **fields)
    text = read("downloads:product", "windows", installer.product.slug)
    assert reason in text
    assert way_out in text
    assert installer.get_absolute_url() not in text


def test_running_license_beside_an_ended_one_opens(read, customer, licensed):
    license_from(customer, licensed.product, -400, -35)
    assert "Your license ended" not in read("downloads:platform", "windows")


def test_what_can_be_downloaded_stands_first(read, customer, publish):
    for name, has in [("Apple", False), ("Berry", True), ("Cherry", False), ("Date", True)]:
        product = ProductFactory(name=name)
        publish(product=product)
        if has:
            LicenseFactory(owner=customer, product=product)
    text = read("downloads:platform", "windows")
    places = [text.index(f">{name}</h2>") for name in ["Berry", "Date", "Apple", "Cherry"]]
    assert places == sorted(places)
    assert "<strong>2 products</strong> match your licenses." in " ".join(text.split())


def test_withdrawn_product_is_listed_only_for_those_who_have_it(read, customer, publish):
    mine, other = publish(version="1").product, publish(version="2").product
    for product in (mine, other):
        product.withdrawn_at = timezone.now()
        product.save()
    LicenseFactory(owner=customer, product=mine)
    text = read("downloads:platform", "windows")
    assert f"product-{mine.slug}" in text
    assert f"product-{other.slug}" not in text


def test_license_without_a_file_for_this_system_is_told_kindly(read, licensed):
    text = read("downloads:platform", "mac")
    assert licensed.product.name in text
    assert "has no version for Mac yet" in text


def test_empty_shelf_leads_to_the_code(read):
    text = read("downloads:platform", "windows")
    assert "No downloads yet" in text
    assert reverse("licenses:add") in text


def test_newest_version_in_the_readers_language_is_offered(client_of, customer, publish, licensed):
    now = timezone.now()
    for version, language, days in [("20.0", "de", 9), ("20.1", "de", 8), ("22.0", "fr", 0), ("21.2", "en", 20)]:
        publish(product=licensed.product, version=version, language=language, released_at=now - timedelta(days=days))
    client, url = client_of(customer), reverse("downloads:platform", args=["windows"])
    assert "Version 21.3" in client.get(url).content.decode()
    assert "20.1" in client.get(url, headers={"Accept-Language": "de"}).content.decode()


def test_tab_that_does_not_exist(client_of, customer):
    assert client_of(customer).get("/downloads/beos/").status_code == 404


@pytest.mark.parametrize("tab", ["windows", "mac", "mobile"])
def test_number_of_queries_does_not_grow(client_of, customer, publish, tab):
    client, counts = client_of(customer), []
    for products in (1, 29):
        for _ in range(products):
            product = publish().product
            publish(DMG, product=product, platform="macos")
            StoreLink.objects.create(product=product, store="google-play", url="https://play.google.com/x")
            LicenseFactory(owner=customer, product=product)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("downloads:platform", args=[tab])).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("path", ["", "windows/", "windows/x/", "windows/x/guide/", "mobile/x/open/", "files/1/x.exe"])
def test_pages_are_for_reading(client_of, customer, method, path):
    assert getattr(client_of(customer), method)(f"/downloads/{path}").status_code == 405


def test_locked_products_come_last_and_folded(read, publish, licensed):
    for version in ("2", "3"):
        publish(version=version)
    text = read("downloads:platform", "windows")
    assert "2 products without a running license" in text
    assert text.index("After the download") < text.index("without a running license")
    assert '<details class="more"><summary>' in text


def test_locked_product_that_was_asked_for_is_not_folded_away(read, publish, licensed):
    locked = publish(version="2").product
    assert '<details class="more" open>' in read("downloads:product", "windows", locked.slug)


def test_product_without_license_can_be_bought(read, publish):
    product = publish().product
    product.renew_url = "https://shop.example.com/x"
    product.save()
    text = read("downloads:platform", "windows")
    assert 'href="https://shop.example.com/x"' in text
    assert "Add a code" in text


def test_withdrawn_product_is_not_for_sale(customer, publish):
    product = ProductFactory(renew_url="https://shop.example.com/x", withdrawn_at=timezone.now())
    assert Offer(product).shop == ""


@pytest.mark.parametrize("tab", ["windows", "mobile"])
def test_full_license_leads_to_free_a_seat(read, customer, licensed, tab):
    StoreLink.objects.create(product=licensed.product, store="google-play", url="https://play.google.com/x")
    license = customer.licenses.get()
    for _number in range(5):
        SeatFactory(license=license)
    assert f'href="{license.get_absolute_url()}#free"' in read("downloads:platform", tab)
    LicenseFactory(owner=customer, product=licensed.product)
    assert "All seats are in use." not in read("downloads:platform", tab)


def test_license_with_a_free_seat_speaks_for_its_product(read, customer, licensed):
    full = LicenseFactory(owner=customer, product=licensed.product, terms__plan__seats=1)
    SeatFactory(license=full)
    assert "All seats are in use." not in read("downloads:platform", "windows")


def test_side_box_names_the_product_that_was_opened_and_no_other(read, licensed):
    words = "in the setup guide"
    assert words not in read("downloads:platform", "windows")
    assert words in read("downloads:product", "windows", licensed.product.slug)


def test_title_of_the_mobile_tab_reads_like_a_sentence(read, customer):
    assert "<title>Downloads for phones and tablets" in read("downloads:platform", "mobile")
