"""Pages travel compressed; files that may be resumed do not."""

import pytest
from django.urls import reverse

from tests.factories import InstallerFactory, LicenseFactory

pytestmark = pytest.mark.django_db


def test_page_is_compressed(client):
    page = client.get(reverse("account_login"), headers={"accept-encoding": "gzip"})
    assert page["Content-Encoding"] == "gzip"


def test_installer_keeps_its_length(client_of, customer):
    installer = InstallerFactory(product=LicenseFactory(owner=customer).product)
    url = reverse("downloads:file", args=[installer.pk, installer.file_name])
    answer = client_of(customer).get(url, headers={"accept-encoding": "gzip"})
    answer.close()
    assert "Content-Encoding" not in answer
    assert int(answer["Content-Length"]) == installer.size
