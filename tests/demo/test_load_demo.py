"""The demonstration holds every state, is loaded once, and may be loaded again."""

import json
from datetime import timedelta

import pytest
from allauth.idp.oidc.models import Client
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.utils import timezone
from django.utils.timezone import now

from devices.models import Device
from downloads.models import Installer, SetupGuide, StoreLink
from licenses import code_keys, services
from licenses.models import ActivationCode, CodeBatch, License, Plan, Product
from licenses.standing import State
from portal.demo import accounts, clients, installers

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def small_demo(settings, tmp_path, monkeypatch):
    """Files of a few kilobytes; tests/test_make_run.py looks at the real ones."""
    settings.DATA_DIR = settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(installers, "SIZE", 5000)


def load() -> dict:
    call_command("load_demo", verbosity=0)
    return json.loads(accounts.path().read_text("utf-8"))


def anna() -> License:
    return get_user_model().objects.get(email=accounts.CUSTOMER["email"])


def test_every_state_is_there():
    load()
    standings = License.objects.for_user(anna()).standings(timezone.now())
    assert {one.state for one in standings} == set(State)
    assert [one for one in standings if one.is_full]
    assert [one for one in standings if one.seats_total is None]
    assert [one for one in standings if one.queued_terms and one.is_running]
    assert [one for one in standings if one.is_running and one.plan.kind == Plan.Kind.TRIAL]
    assert [one for one in standings if one.term.code and one.term.code.batch.groups == 4]
    assert [one for one in standings if one.renews_next]
    assert Device.objects.connected().filter(last_seen_at__lt=timezone.now() - timedelta(days=365)).exists()


def test_devices_of_one_license_can_move_to_another(client):
    load()
    client.force_login(anna())
    ended = License.objects.for_user(anna()).filter(product__slug="plus").earliest("created_at")
    assert "2 devices can move to your other license" in client.get(ended.get_absolute_url()).content.decode()


def test_products_of_the_client_are_for_sale():
    load()
    assert Product.objects.count() == 11
    assert Installer.objects.filter(file_name="ks4.021.3.10.391en_23857.exe").exists()
    assert Installer.objects.filter(file_name="Kaspersky Security Cloud.dmg").exists()
    assert not Installer.objects.filter(product__slug="anti-virus", platform="macos").exists()
    assert SetupGuide.objects.filter(platform="mobile").exists()
    assert StoreLink.objects.filter(product__slug="security-cloud").count() == 3
    office = Plan.objects.get(slug="small-office-security-5-1-5-1y")
    assert [pool.quantity for pool in office.pools.all()] == [5, 1, 5]
    assert not Plan.objects.filter(pools=None).exists()


def test_installers_are_the_same_every_time():
    content = installers.content(installers.PRODUCTS[3], "a.exe")
    assert content == installers.content(installers.PRODUCTS[3], "a.exe")
    assert content != installers.content(installers.PRODUCTS[3], "b.exe")


def test_promised_sign_ins_work(client):
    demo = load()
    for who in ("customer", "staff"):
        user = get_user_model().objects.get(email=demo[who]["email"])
        assert user.check_password(demo[who]["password"])
        assert user.emailaddress_set.get().verified
        assert user.is_staff is (who == "staff")


def test_promised_codes_can_be_added(other_customer):
    for code in load()["codes"]:
        license = services.redeem_code(user=other_customer, text=code, at=now())
        assert license.terms.get().plan.slug == "security-cloud-personal-3-1y"


@pytest.mark.parametrize(
    ("batch", "refusal"),
    [
        ("suspended", "suspended"),
        ("revoked", "revoked"),
        ("could be added until last month", "too_late"),
        ("starts next month", "not_yet"),
        ("term is over for everybody", "term_over"),
        ("only for renewals", "nothing_to_renew"),
        ("other region", "region"),
    ],
)
def test_refused_codes_are_refused(other_customer, batch, refusal):
    load()
    code = CodeBatch.objects.get(name=f"Demonstration: {batch}").codes.get()
    with pytest.raises(ValidationError) as raised:
        services.redeem_code(user=other_customer, text=code_keys.unseal(code.sealed), at=now())
    assert raised.value.code == refusal


def test_loading_again_changes_nothing():
    def all_rows():
        models = (Product, Plan, Installer, License, Device, ActivationCode, get_user_model())
        return [list(model.objects.order_by("pk").values()) for model in models]

    first, rows = load(), all_rows()
    assert load() == first
    assert all_rows() == rows


def test_new_database_keeps_the_passwords_and_gets_codes_of_its_own():
    first = load()
    ActivationCode.objects.filter(batch__name="Demonstration: codes to add").delete()
    assert not accounts.are_loaded()
    second = load()
    assert second["customer"] == first["customer"]
    assert not set(second["codes"]) & set(first["codes"])
    assert accounts.are_loaded()


def test_lost_file_means_new_passwords():
    first = load()
    accounts.path().unlink()
    second = load()
    assert second["customer"]["password"] != first["customer"]["password"]
    assert anna().check_password(second["customer"]["password"])


def test_used_codes_are_known():
    codes_ = load()["codes"]
    services.redeem_code(user=anna(), text=codes_[1], at=now())
    assert accounts.used_codes(codes_) == {codes_[1]}


def test_apps_and_store_can_sign_in():
    demo = load()
    store = Client.objects.get(pk=demo["store"]["client_id"])
    assert store.check_secret(demo["store"]["client_secret"])
    assert set(Client.objects.values_list("pk", flat=True)) == {store.pk, *clients.APPS}
    assert accounts.are_loaded()


def test_store_keeps_its_secret_and_gets_a_new_one_when_it_is_lost():
    first = load()["store"]
    assert load()["store"] == first
    accounts.write({**accounts.read(), "store": {}})
    assert not accounts.are_loaded()
    assert load()["store"] != first
    assert accounts.are_loaded()
