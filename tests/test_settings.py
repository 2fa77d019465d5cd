"""Production starts only with all that it needs, and says by name what is missing or wrong."""

import os
import subprocess
import sys

import pytest

from tests.environment import DATA_DIR

# All that production cannot do without, and nothing else.
COMPLETE = {
    "SECRET_KEY": "only-for-these-tests-" * 4,
    "PORTAL_HOSTS": "portal.example.com",
    "PORTAL_SITE_NAME": "My Portal",
    "PORTAL_CODE_DIGEST_KEYS": "d" * 64,
    "PORTAL_CODE_SEAL_KEYS": "e" * 64,
    "PORTAL_DATA_DIR": str(DATA_DIR / "nothing here"),
}


def start(*command: str, **environment: str) -> subprocess.CompletedProcess:
    """Run a command of the portal with this environment and nothing else of ours."""
    variables = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "portal.settings", **environment}
    return subprocess.run([sys.executable, *command], env=variables, capture_output=True, text=True)


def read_settings(**environment: str) -> subprocess.CompletedProcess:
    """Read the settings and print two of them: the shortest start there is."""
    return start("-c", "from django.conf import settings as s; print(s.PRODUCTION, s.DEBUG)", **environment)


def test_production_is_the_default_and_needs_five_values():
    answer = read_settings(**COMPLETE)
    assert (answer.stdout, answer.stderr) == ("True False\n", "")


@pytest.mark.parametrize("name", sorted(set(COMPLETE) - {"PORTAL_DATA_DIR"}))
def test_production_refuses_to_start_without(name):
    answer = read_settings(**{**COMPLETE, name: ""})
    assert answer.returncode != 0
    assert f"ImproperlyConfigured: Set {name} in the environment, for example {name}=" in answer.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("PORTAL_CODE_DIGEST_KEYS", "d" * 64 + ",short"),
        ("PORTAL_MODE", "prod"),
        ("DATABASE_URL", "a-database"),
        ("PORTAL_PROXY_COUNT", "one"),
        ("PORTAL_DATABASE_POOL", "many"),
        ("PORTAL_ACCENT", "teal"),
        ("PORTAL_ACCENT", "#ffee00"),
        ("PORTAL_REGION", "moon"),
    ],
)
def test_wrong_value_stops_the_start_and_is_named(name, value):
    answer = read_settings(**{**COMPLETE, name: value})
    assert answer.returncode != 0
    assert name in answer.stderr.splitlines()[-1]


@pytest.mark.parametrize(("address", "kept"), [("sqlite:///a.sqlite3", "None"), ("postgres://a@b/c", "60")])
def test_connections_are_kept(address, kept):
    command = "from django.conf import settings as s; print(s.DATABASES['default']['CONN_MAX_AGE'])"
    assert start("-c", command, **COMPLETE, DATABASE_URL=address).stdout.strip() == kept


def test_production_passes_the_checks_for_deployment():
    answer = start("manage.py", "check", "--deploy", "--fail-level", "WARNING", **COMPLETE)
    assert answer.returncode == 0, answer.stderr
    assert "no issues" in answer.stdout


IN_PRODUCTION = """
import django
django.setup()
from django.conf import settings
from django.test import Client
from django.urls import NoReverseMatch, reverse
print(Client().get("/dev/mail/", secure=True, headers={"host": "portal.example.com"}).status_code)
try:
    reverse("demo:mail")
except NoReverseMatch:
    print("no such page")
"""


def test_mails_of_the_demonstration_do_not_exist_in_production(tmp_path):
    (tmp_path / "static").mkdir()
    database = f"sqlite:///{tmp_path}/portal.sqlite3"
    answer = start("-c", IN_PRODUCTION, **COMPLETE, DATABASE_URL=database)
    assert answer.stdout.split("\n")[:2] == ["404", "no such page"], answer.stderr


REFUSED_EARLY = """
import django
django.setup()
from django.test import Client
for secure, host in [(False, "portal.example.com"), (True, "elsewhere.example.com")]:
    answer = Client().get("/", secure=secure, headers={"host": host})
    print(answer.status_code, "default-src 'none'" in answer["Content-Security-Policy"])
"""


def test_policy_is_on_what_production_refuses_before_a_page(tmp_path):
    (tmp_path / "static").mkdir()
    database = f"sqlite:///{tmp_path}/portal.sqlite3"
    answer = start("-c", REFUSED_EARLY, **COMPLETE, DATABASE_URL=database)
    assert answer.stdout == "301 True\n400 True\n", answer.stderr


def test_file_in_the_data_directory_is_read_and_the_environment_wins(tmp_path):
    lines = [f"{name}={value}" for name, value in COMPLETE.items() if name != "PORTAL_DATA_DIR"]
    (tmp_path / "portal.env").write_text("\n".join([*lines, "PORTAL_MODE=demo"]))
    assert read_settings(PORTAL_DATA_DIR=str(tmp_path)).stdout == "False False\n"
    assert read_settings(PORTAL_DATA_DIR=str(tmp_path), PORTAL_MODE="production").stdout == "True False\n"
