"""The same walk on what `make run` serves: hashed files, two processes, real mails by the worker, real passwords."""

import json
import os
import subprocess
import sys

import pytest

from tests.browser.conftest import NARROW
from tests.browser.test_journey import EMAIL, walk
from tests.environment import ROOT
from tests.test_make_run import OURS, Portal

pytestmark = pytest.mark.make_run

CONNECT = """
from devices.services import connect
from django.utils.timezone import now
from licenses.models import License
license = License.objects.get(owner__email={email!r})
what = {{"machine_id": "{number:032x}", "platform": "windows", "product": license.product, "name": {name!r}}}
connect(user=license.owner, at=now(), **what)
"""


@pytest.fixture
def portal(tmp_path):
    environment = {name: value for name, value in os.environ.items() if not OURS.match(name)}
    portal = Portal({**environment, "PORTAL_DATA_DIR": str(tmp_path / "data")})
    yield portal
    portal.stop()


def test_walk(open_page, portal, tmp_path):
    code = json.loads((tmp_path / "data" / "demo.json").read_text("utf-8"))["codes"][0]
    page = open_page(NARROW, base_url=f"http://localhost:{portal.port}")

    def install(name: str):
        program = CONNECT.format(email=EMAIL, name=name, number=len(name))
        command = [sys.executable, "manage.py", "shell", "-c", program]
        subprocess.run(command, cwd=ROOT, env=portal.environment, check=True)

    walk(page, code, True, lambda: None, install)
