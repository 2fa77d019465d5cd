"""`docs/device-api.md` followed literally: its commands are run in order, and a person answers where one is asked."""

import os
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from licenses.models import Order, Plan, Seat
from portal.demo.catalog import PLANS, PRODUCTS, load_plan, load_product
from portal.demo.clients import load_clients
from tests.environment import ROOT
from tests.factories import LicenseFactory

DOCUMENT = (ROOT / "docs" / "device-api.md").read_text("utf-8")
COMMANDS = "\n".join(re.findall(r"^```sh\n(.*?)^```$", DOCUMENT, re.DOTALL | re.MULTILINE))
PLAN = "security-cloud-personal-3-1y"
PATIENCE = 90  # seconds; a device asks every five whether its owner has answered
missing = [name for name in ("bash", "curl") if not shutil.which(name)]


@pytest.fixture
def portal(live_server, settings):
    """A portal like the demonstration's, with its clients and its product."""
    settings.PORTAL_URL = live_server.url
    load_product(next(sold for sold in PRODUCTS if sold.slug == "security-cloud"))
    load_plan(next(offered for offered in PLANS if offered.slug == PLAN))
    return live_server.url


@pytest.fixture
def follow(portal, tmp_path):
    """Return a function that runs all commands of the document, and shows each line that they print to `watch`."""
    store = load_clients({})
    python = Path(sys.executable).parent
    environment = {
        "PATH": f"{python}{os.pathsep}{os.environ['PATH']}",
        "PORTAL": portal,
        "STORE_CLIENT_ID": store["client_id"],
        "STORE_CLIENT_SECRET": store["client_secret"],
    }

    def follow(watch) -> tuple[int, str]:
        script = subprocess.Popen(
            ["bash", "-eu", "-o", "pipefail", "-c", COMMANDS],
            **{"cwd": tmp_path, "env": environment, "text": True},
            **{"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT},
        )
        alarm = threading.Timer(PATIENCE, script.kill)
        alarm.start()
        said = []
        with script:
            for line in script.stdout:
                said.append(line)
                watch(line)
        alarm.cancel()
        return script.returncode, "".join(said)

    return follow


@pytest.mark.skipif(bool(missing) and not os.environ.get("CI"), reason=f"needs {' and '.join(missing)}")
def test_commands_work_in_order(follow, customer, client_of):
    plan = Plan.objects.get()
    LicenseFactory(owner=customer, product=plan.product, terms__plan=plan)
    person = client_of(customer)
    told = []

    def watch(line: str) -> None:
        if asked := re.fullmatch(r"Open (\S+) and enter (\S+)\n", line):
            told.append(asked[1])
            answer = person.post("/activate/", {"code": asked[2], "action": "confirm"})
            assert answer.status_code == 200

    code, said = follow(watch)
    assert code == 0, said
    assert told
    assert not Seat.objects.held().exists()
    assert Seat.objects.get().device.name == "My laptop"
    assert Order.objects.get().state == "refunded"


def test_document_has_commands():
    assert COMMANDS.count("curl") >= 5
