"""Several members of staff publish the same version at once: one row, and a message for the others."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from downloads.models import Installer
from tests.downloads.conftest import EXE
from tests.factories import ProductFactory
from tests.races import race

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
THREADS = 4


def test_one_is_published_and_the_others_read_why_not(client_of, staff):
    browsers = [client_of(staff) for _thread in range(THREADS)]

    def publish(product, number):
        form = {"product": product.pk, "platform": "windows", "version": "21", "language": "en", "file_name": ""}
        form |= {"requirements": "", "released_at_0": "2026-01-01", "released_at_1": "00:00:00"}
        form["file"] = SimpleUploadedFile("setup.exe", EXE)
        answer = browsers[number].post(reverse("admin:downloads_installer_make"), form)
        return answer.status_code, "There is an installer of this version" in answer.content.decode()

    for this in race(publish, prepare=ProductFactory, threads=THREADS, rounds=20):
        assert this.errors == []
        assert sorted(this.results) == [(200, True)] * (THREADS - 1) + [(302, False)]
        assert Installer.objects.filter(product=this.prepared).count() == 1
