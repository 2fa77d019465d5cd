"""An app or a store that is switched off: nothing opens for it, nothing is deleted, and switched on it goes on."""

import pytest
from allauth.idp.oidc.models import Client
from django.db.models import ProtectedError
from django.urls import reverse
from django.utils import timezone

from portal.foundation.oauth.models import SignIn, Suspension
from portal.foundation.oauth.services import restore_client, suspend_client
from tests.factories import SignInFactory, UserFactory

pytestmark = pytest.mark.django_db
LIST = "admin:allauth_idp_oidc_client_changelist"


def test_app_that_is_switched_off_waits_and_then_goes_on(product, app, staff):
    tokens = product.sign_in()
    suspend_client(client=app, actor=staff, at=timezone.now())
    assert product.userinfo(tokens["access_token"]).status_code == 401
    refused = product.refresh(tokens["refresh_token"])
    assert (refused.status_code, refused.json()["error"]) == (400, "unauthorized_client")
    assert SignIn.objects.get().ended_at is None
    restore_client(client=app)
    fresh = product.refresh(tokens["refresh_token"]).json()
    assert product.userinfo(fresh["access_token"]).status_code == 200


def test_api_is_closed_to_it(client, product, app):
    token = product.sign_in()["access_token"]
    call = {"path": "/api/v1/licenses", "headers": {"authorization": f"Bearer {token}"}}
    assert client.get(**call).status_code == 200
    suspend_client(client=app, at=timezone.now())
    assert client.get(**call).status_code == 401


def test_nobody_signs_in_with_it(product, app):
    suspend_client(client=app, at=timezone.now())
    assert product.authorize().status_code == 400
    assert product.ask_for_code().json()["error"] == "unauthorized_client"


def test_twice_is_once_and_remembers_who_did_it(app, staff):
    first = suspend_client(client=app, actor=staff, at=timezone.now())
    assert suspend_client(client=app, actor=UserFactory(), at=timezone.now()) == first
    assert Suspension.objects.get().suspended_by == staff


def test_client_with_sign_ins_cannot_be_deleted(app):
    SignInFactory(client=app)
    with pytest.raises(ProtectedError):
        app.delete()


def test_admin_offers_no_deletion(client_of, staff, app):
    page = client_of(staff).get(reverse("admin:allauth_idp_oidc_client_change", args=[app.pk]))
    assert "deletelink" not in page.content.decode()
    assert client_of(staff).post(reverse("admin:allauth_idp_oidc_client_delete", args=[app.pk])).status_code == 403
    client_of(staff).post(reverse(LIST), {"action": "delete_selected", "_selected_action": app.pk, "post": "yes"})
    assert Client.objects.filter(pk=app.pk).exists()


def test_admin_says_whom_it_touches_before_it_switches_off(client_of, staff, app):
    SignInFactory(client=app)
    browser, action = client_of(staff), {"action": "switch_off", "_selected_action": app.pk}
    assert "signed in on 1 device" in browser.post(reverse(LIST), action).content.decode()
    assert not Suspension.objects.exists()
    browser.post(reverse(LIST), {**action, "confirmed": "1"})
    assert Suspension.objects.get().suspended_by == staff
    browser.post(reverse(LIST), {**action, "action": "switch_on"})
    assert not Suspension.objects.exists()
