"""Phones: store links, the QR code and where it leads."""

import pytest
from django.urls import reverse

from downloads.links import qr_of
from downloads.models import StoreLink
from tests.downloads.test_download_pages import ANDROID, IPHONE, LINUX, MAC, WINDOWS
from tests.factories import LicenseFactory, ProductFactory

pytestmark = pytest.mark.django_db

HUAWEI = "Mozilla/5.0 (Linux; Android 12; HarmonyOS; NOH-AN00; HMSCore 6.12) AppleWebKit/537.36 HuaweiBrowser/14.0"
URLS = {
    "google-play": "https://play.google.com/store/apps/details?id=example",
    "app-store": "https://apps.apple.com/app/id1",
    "app-gallery": "https://appgallery.huawei.com/app/C1",
}


@pytest.fixture
def product():
    product = ProductFactory()
    for store, url in URLS.items():
        StoreLink.objects.create(product=product, store=store, url=url, requirements="Android 11 or newer")
    return product


@pytest.mark.parametrize(("agent", "store"), [(ANDROID, "google-play"), (IPHONE, "app-store"), (HUAWEI, "app-gallery")])
def test_phone_that_scans_the_code_lands_in_its_store(client, product, agent, store):
    answer = client.get(reverse("downloads:store", args=[product.slug]), headers={"User-Agent": agent})
    assert answer["Location"] == URLS[store]
    assert "User-Agent" in answer["Vary"]


def test_phone_without_its_own_store_gets_the_other_one(client, product):
    product.store_links.filter(store="app-gallery").delete()
    answer = client.get(reverse("downloads:store", args=[product.slug]), headers={"User-Agent": HUAWEI})
    assert answer["Location"] == URLS["google-play"]


@pytest.mark.parametrize("agent", [WINDOWS, MAC, LINUX, ""])
def test_computer_gets_the_choice_without_a_sign_in(client, product, agent):
    answer = client.get(reverse("downloads:store", args=[product.slug]), headers={"User-Agent": agent})
    assert answer.status_code == 200
    assert all(url in answer.content.decode() for url in URLS.values())


def test_product_without_app_has_no_such_address(client):
    assert client.get(reverse("downloads:store", args=[ProductFactory().slug])).status_code == 404


def test_page_shows_links_and_code_to_those_who_have_a_license(client_of, customer, product):
    url = reverse("downloads:platform", args=["mobile"])
    locked = client_of(customer).get(url).content.decode()
    assert "You have no license for this product." in locked
    assert URLS["app-store"] not in locked
    LicenseFactory(owner=customer, product=product)
    page = client_of(customer).get(url).content.decode()
    assert all(address in page for address in URLS.values())
    code = qr_of(f"http://testserver{reverse('downloads:store', args=[product.slug])}")
    assert f'<img src="{code}" alt="QR code: {product.name} in the store">' in page


def test_phone_is_offered_its_own_store_first_of_all(client_of, customer, product):
    LicenseFactory(owner=customer, product=product)
    url = reverse("downloads:platform", args=["mobile"])
    page = client_of(customer).get(url, headers={"User-Agent": IPHONE}).content.decode()
    assert page.count("btn--primary") == 1
    assert f'btn--primary" href="{URLS["app-store"]}"' in page
