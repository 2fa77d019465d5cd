"""What ends sign-ins: another password, however it is set, a closed account, staff, and age."""

import pytest
from allauth.idp.oidc.models import Client, Token
from django.contrib.messages import get_messages
from django.utils import timezone

from portal.foundation.oauth.models import Grant, IssuedToken, SignIn
from portal.foundation.oauth.services import prune_sign_ins
from tests.factories import PASSWORD, AppFactory, SignInFactory, UserFactory, days, give_token

pytestmark = pytest.mark.django_db
NEW = "Another-River-28"


@pytest.fixture
def signed_in(customer):
    """Anna is signed in on a device; somebody else is on theirs, and must stay so."""
    sign_in, other = SignInFactory(user=customer), SignInFactory()
    give_token(sign_in)
    give_token(other)
    yield sign_in
    other.refresh_from_db()
    assert other.ended_at is None


def end_of(sign_in) -> str:
    sign_in.refresh_from_db()
    assert not Token.objects.filter(user=sign_in.user).exists()
    return sign_in.end


def test_changing_the_password_ends_them(signed_in, customer, client_of):
    fields = {"oldpassword": PASSWORD, "password1": NEW}
    assert client_of(customer).post("/account/password/change/", fields).status_code == 302
    assert end_of(signed_in) == SignIn.End.PASSWORD_CHANGED


def test_resetting_the_password_ends_them(signed_in, customer, client, mailoutbox):
    client.post("/account/password/reset/", {"email": customer.email})
    address = next(line for line in mailoutbox[0].body.splitlines() if "/password/reset/key/" in line).strip()
    form = client.get(address, follow=True)
    client.post(form.request["PATH_INFO"], {"password1": NEW})
    assert end_of(signed_in) == SignIn.End.PASSWORD_CHANGED


def test_staff_who_set_a_password_end_them(signed_in, customer, client_of, staff):
    fields = {"password1": NEW, "password2": NEW, "usable_password": "true"}
    assert client_of(staff).post(f"/admin/accounts/user/{customer.pk}/password/", fields).status_code == 302
    assert end_of(signed_in) == SignIn.End.PASSWORD_CHANGED


def test_closing_the_account_ends_them(signed_in, customer, client_of, staff):
    answer = client_of(staff).post(f"/admin/accounts/user/{customer.pk}/change/", {"name": "Anna"})
    assert answer.status_code == 302
    assert end_of(signed_in) == SignIn.End.CLOSED


def test_changing_a_name_in_the_admin_ends_nothing(customer, client_of, staff):
    sign_in = SignInFactory(user=customer)
    client_of(staff).post(f"/admin/accounts/user/{customer.pk}/change/", {"name": "Anne", "is_active": "on"})
    sign_in.refresh_from_db()
    customer.refresh_from_db()
    assert (customer.name, sign_in.ended_at) == ("Anne", None)


def test_staff_end_sign_ins_in_the_admin(signed_in, client_of, staff):
    fields = {"action": "end_these", "_selected_action": [signed_in.pk]}
    client_of(staff).post("/admin/oauth/signin/", fields)
    assert end_of(signed_in) == SignIn.End.STAFF
    assert signed_in.ended_by == staff


def test_admin_shows_a_sign_in_and_changes_nothing(signed_in, client_of, staff):
    browser = client_of(staff)
    assert browser.get("/admin/oauth/signin/").status_code == 200
    assert signed_in.device_name in browser.get(f"/admin/oauth/signin/{signed_in.pk}/change/").content.decode()
    assert browser.get("/admin/oauth/signin/add/").status_code == 403


def test_admin_knows_no_tokens(client_of, staff):
    assert client_of(staff).get("/admin/allauth_idp_oidc/token/").status_code == 404


CLIENT_FORM = {
    **{"id": "new-client", "name": "New", "scopes": "orders", "grant_types": "client_credentials"},
    "type": "confidential",
}


def test_admin_shows_the_secret_of_a_new_store_once(client_of, staff):
    answer = client_of(staff).post("/admin/allauth_idp_oidc/client/add/", CLIENT_FORM)
    (message,) = [str(text) for text in get_messages(answer.wsgi_request) if "<code>" in str(text)]
    client = Client.objects.get(pk="new-client")
    assert client.check_secret(message.split("<code>")[1].split("</code>")[0])
    page = client_of(staff).get("/admin/allauth_idp_oidc/client/new-client/change/").content.decode()
    assert client.secret not in page


def test_admin_gives_a_new_secret_to_stores_only(client_of, staff):
    app = AppFactory()
    browser = client_of(staff)
    browser.post("/admin/allauth_idp_oidc/client/add/", CLIENT_FORM)
    old = Client.objects.get(pk="new-client").secret
    fields = {"action": "give_new_secret", "_selected_action": ["new-client", app.pk]}
    answer = browser.post("/admin/allauth_idp_oidc/client/", fields)
    assert len([text for text in get_messages(answer.wsgi_request) if "<code>" in str(text)]) == 2
    assert Client.objects.get(pk="new-client").secret != old


def test_clients_are_for_superusers(client_of):
    helper = UserFactory(is_staff=True)
    assert client_of(helper).get("/admin/allauth_idp_oidc/client/").status_code == 403


def test_pruning_ends_what_nobody_can_renew_and_forgets_what_is_old(signed_in, customer, app):
    alive, old, gone, kept = (SignInFactory(user=customer) for _number in range(4))
    for sign_in in (alive, old):
        give_token(sign_in, kind="refresh", lives=1)
    IssuedToken.objects.filter(sign_in=signed_in).update(expires_at=days(-2))
    Token.objects.filter(user=customer, type="at").update(expires_at=days(-2))
    SignIn.objects.filter(pk=old.pk).update(started_at=days(-181))
    SignIn.objects.filter(pk=gone.pk).update(ended_at=days(-91), end="closed")
    SignIn.objects.filter(pk=kept.pk).update(ended_at=days(-89), end="closed")
    Grant.objects.create(kind="code", digest="x", client=app, user=customer, expires_at=days(-2))
    prune_sign_ins(at=timezone.now())
    found = {sign_in.pk: sign_in.end for sign_in in SignIn.objects.filter(user=customer)}
    assert found == {signed_in.pk: "too_old", alive.pk: "", old.pk: "too_old", kept.pk: "closed"}
    assert not Grant.objects.exists()
    assert not IssuedToken.objects.filter(sign_in=signed_in).exists()
