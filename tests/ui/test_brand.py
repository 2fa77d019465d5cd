"""The operator's brand is a setting: name, links, accent; and every page carries it."""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_name_and_links_are_on_the_page(client, settings):
    settings.SITE_NAME = "Harbour Security"
    settings.PRIVACY_URL = "https://example.com/privacy"
    page = client.get(reverse("home")).content.decode()
    assert "<title>Sign in – Harbour Security</title>" in page
    assert 'href="https://example.com/privacy"' in page


def test_links_that_are_not_set_are_not_shown(client, settings):
    settings.TERMS_URL = ""
    assert "Terms" not in client.get(reverse("home")).content.decode()


def test_accent_comes_as_a_style_sheet(client, settings):
    assert reverse("brand_css") not in client.get(reverse("home")).content.decode()
    settings.ACCENT_COLOR = "#225373"
    assert reverse("brand_css") in client.get(reverse("home")).content.decode()
    assert "--accent: #225373" in client.get(reverse("brand_css")).content.decode()


def test_policy_forbids_everything_inline(client):
    policy = client.get(reverse("home"))["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
