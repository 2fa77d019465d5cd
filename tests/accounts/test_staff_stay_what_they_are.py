"""No form and no action of the admin raises a member of staff, or opens a colleague's account to them.

The cases are made from the admin's registry, so that a page that is added later is tried as well.
"""

import pytest
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.urls import NoReverseMatch, reverse

from portal.accounts.models import User
from tests.factories import PASSWORD, StaffFactory, UserFactory

pytestmark = pytest.mark.django_db
THIEF = "thief@example.com"
KINDS = {
    "with every right": Permission.objects.all,
    "of accounts": lambda: Permission.objects.filter(content_type__app_label="accounts"),
    "of addresses": lambda: Permission.objects.filter(content_type__app_label="account"),
    "of groups": lambda: Permission.objects.filter(content_type__app_label="auth"),
    "without rights": Permission.objects.none,
}
PAGES = sorted(admin.site._registry.values(), key=lambda pages: pages.opts.label)


@pytest.fixture(params=KINDS)
def helper(request):
    """A member of staff of some kind, who is no superuser."""
    user = UserFactory(email="helper@example.com", is_staff=True)
    user.groups.add(Group.objects.create(name="Helpers"))
    user.user_permissions.set(KINDS[request.param]())
    return user


@pytest.fixture
def people(helper):
    """The superuser, a colleague, the helper, a customer, and a customer whose address is not verified yet."""
    colleague, customer, newcomer = UserFactory(is_staff=True), UserFactory(), UserFactory(last_login=None)
    EmailAddress.objects.filter(user=newcomer).update(verified=False)
    people = [StaffFactory(email="root@example.com"), colleague, helper, customer, newcomer]
    EmailAddress.objects.filter(user__in=[people[0], colleague]).update(verified=False)
    return people


def what_must_stay(people):
    """Who may do what, and which mailbox opens which account of staff."""
    rights = [
        (user.email, user.is_staff, user.is_superuser, *rights_of(user.groups), *rights_of(user.user_permissions))
        for user in User.objects.filter(pk__in=[user.pk for user in people]).order_by("pk")
    ]
    groups = [(group.name, *rights_of(group.permissions)) for group in Group.objects.order_by("pk")]
    addresses = list(
        EmailAddress.objects.filter(user__in=people).order_by("pk").values_list("user", "email", "primary")
    )
    proved = list(EmailAddress.objects.filter(user__is_staff=True).order_by("pk").values_list("pk", "verified"))
    colleagues = User.objects.filter(is_staff=True).exclude(email="helper@example.com")
    doors = list(colleagues.order_by("pk").values_list("email", "password", "is_active"))
    return rights, groups, addresses, proved, doors


def rights_of(relation) -> list[int]:
    return sorted(relation.values_list("pk", flat=True))


def wishes(pages, victim: User) -> dict:
    """What somebody would type into every field that there may be, to take over the victim or to rise."""
    everything = list(Permission.objects.values_list("pk", flat=True))
    typed = {field.name: "1" for field in pages.model._meta.get_fields()}
    return {
        **typed,
        **dict.fromkeys(["is_staff", "is_superuser", "is_active", "verified", "primary", "_save"], "on"),
        **dict.fromkeys(["user", "owner", "customer", "actor", "owner_id", "user_id"], str(victim.pk)),
        **{"email": THIEF, "name": "Helpers", "reason": "because", "confirmed": "1", "post": "yes"},
        **{"password": "Taken-Over-27", "password1": "Taken-Over-27", "password2": "Taken-Over-27"},
        **{"usable_password": "true", "language": "", "time_zone": "", "region": "", "user_permissions": everything},
        **{"permissions": everything, "groups": list(Group.objects.values_list("pk", flat=True)), "add_user": "1"},
    }


def addresses_of(pages, rows) -> list[str]:
    """Every page that the admin has for this model and for each of these rows."""
    found = []
    for name in {pattern.name for pattern in pages.get_urls() if pattern.name}:
        for arguments in [[], *([pk] for pk in rows)]:
            try:
                found.append(reverse(f"admin:{name}", args=arguments))
            except NoReverseMatch:
                continue
    return found


@pytest.mark.parametrize("pages", PAGES, ids=lambda pages: pages.opts.label)
def test_nobody_is_raised_or_taken_over(client_of, helper, people, pages):
    before, browser = what_must_stay(people), client_of(helper)
    rows = list(pages.model.objects.order_by("pk").values_list("pk", flat=True)[:5])
    changelist = reverse(f"admin:{pages.opts.app_label}_{pages.opts.model_name}_changelist")
    for victim in people[:2]:
        data = wishes(pages, victim)
        for address in addresses_of(pages, rows):
            browser.post(address, data)
        for action in ["delete_selected", *[name for _function, name, _words in pages._get_base_actions()]]:
            browser.post(changelist, {**data, "action": action, "_selected_action": rows})
    assert what_must_stay(people) == before


def test_password_of_staff_cannot_be_fetched_by_a_changed_address(client_of, helper, people, client, mailoutbox):
    root = people[0]
    address = EmailAddress.objects.get(user=root)
    for name, args in (("add", []), ("change", [address.pk])):
        data = {"user": root.pk, "email": THIEF, "verified": "on", "primary": "on"}
        client_of(helper).post(reverse(f"admin:account_emailaddress_{name}", args=args), data)
    client.post(reverse("account_reset_password"), {"email": THIEF})
    assert not any("key" in mail.body for mail in mailoutbox)
    root.refresh_from_db()
    assert root.check_password(PASSWORD)


def test_superuser_hands_out_groups(client_of, staff):
    group = Group.objects.create(name="Support")
    right = Permission.objects.first()
    data = {"name": "Support", "permissions": [right.pk]}
    assert client_of(staff).post(reverse("admin:auth_group_change", args=[group.pk]), data).status_code == 302
    assert list(group.permissions.all()) == [right]
