"""Many devices against what `make run` serves: `.venv/bin/python -m tests.load --devices 200 --minutes 2`.

Prints how long the calls took, and ends with 1 if one of them failed. Not part of `make test`: it takes minutes.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests

from examples.desktop import sign_in
from examples.desktop.__main__ import main as desktop
from examples.desktop.portal import Portal as Asked
from tests.environment import ROOT
from tests.test_make_run import OURS, Portal

SEATS = 20  # of the family plan; below the thirty connects that an account has in an hour
EMAIL, PASSWORD = "load-{}@example.com", "Violet-River-27"
ACCOUNTS = """
from licenses.models import Plan
from tests.factories import LicenseFactory, UserFactory
plan = Plan.objects.get(slug="security-cloud-family-20-1y")
for number in range({accounts}):
    owner = UserFactory(email="{email}".format(number), password="{password}")
    LicenseFactory(owner=owner, product=plan.product, terms__plan=plan, support_key=f"10AD-0000-{{number:04X}}")
"""


def main() -> int:
    """Serve an empty demonstration, fill it with accounts, sign the devices in, and let them live."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="portal-load-") as folder:
        environment = {name: value for name, value in os.environ.items() if not OURS.match(name)}
        portal = Portal({**environment, "PORTAL_DATA_DIR": f"{folder}/data"})
        try:
            return measure(portal, Path(folder) / "tokens", options)
        finally:
            portal.stop()


def measure(portal: Portal, path: Path, options: argparse.Namespace) -> int:
    accounts = -(-options.devices // SEATS)
    program = ACCOUNTS.format(accounts=accounts, email=EMAIL, password=PASSWORD)
    subprocess.run(
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", program], cwd=ROOT, env=portal.environment, check=True
    )
    url, began = f"http://localhost:{portal.port}", time.monotonic()
    browsers = [signed_in(url, number) for number in range(accounts)]
    with ThreadPoolExecutor(4) as threads:
        # One after the other in each account: device 0 is of account 0, device 1 of account 1, …
        tokens = list(threads.map(lambda number: token(url, browsers[number % accounts]), range(options.devices)))
    print(f"{len(tokens)} sign-ins in {time.monotonic() - began:.1f} s", flush=True)
    path.write_text("\n".join(tokens), "utf-8")
    chosen = [f"--devices={options.devices}", f"--minutes={options.minutes}", f"--tokens={path}"]
    return desktop([f"--portal={url}", "--platform=windows", *chosen, "simulate"])


def signed_in(url: str, number: int) -> requests.Session:
    """Sign a person in by the page, as their browser does."""
    browser = requests.Session()
    page = browser.get(f"{url}/account/login/", timeout=20).text
    form = {
        "csrfmiddlewaretoken": re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1],
        "login": EMAIL.format(number),
        "password": PASSWORD,
    }
    answer = browser.post(f"{url}/account/login/", form, headers={"Referer": url}, timeout=20, allow_redirects=False)
    assert answer.status_code == 302, answer.status_code
    return browser


def token(url: str, browser: requests.Session) -> str:
    client = sign_in.Client("demo-windows", "Simulated device")
    return sign_in.by_browser(Asked(url), client, lambda address: browser.get(address, timeout=20), {}).access


if __name__ == "__main__":
    sys.exit(main())
