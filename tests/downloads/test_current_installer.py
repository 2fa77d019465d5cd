"""Which installer customers get: the highest version, or the one that staff chose; both can be taken back."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from downloads import services
from downloads.models import Installer
from downloads.offers import installers_on
from downloads.verbs import Verb
from licenses.models import Event
from tests.factories import InstallerFactory, ProductFactory, days

pytestmark = pytest.mark.django_db
LIST = "admin:downloads_installer_changelist"


@pytest.fixture
def product():
    return ProductFactory()


@pytest.fixture
def old(product):
    """A lower version, released last."""
    return InstallerFactory(product=product, version="21.3")


@pytest.fixture
def new(product):
    """The highest version, released long ago."""
    return InstallerFactory(product=product, version="21.10", released_at=days(-90))


@pytest.fixture
def offered(product, old, new):
    return lambda: installers_on("windows", timezone.now(), product=product)[product.pk]


@pytest.fixture
def act(client_of, staff):
    """Choose rows in the list of staff and run an action; return the page that follows."""

    def act(action: str, *installers: Installer) -> str:
        form = {"action": action, "_selected_action": [one.pk for one in installers]}
        return client_of(staff).post(reverse(LIST), form, follow=True).content.decode()

    return act


def test_highest_version_is_offered_and_not_the_newest_date(offered, new):
    assert offered() == new


def test_version_not_yet_released_is_not_offered(offered, product, new):
    InstallerFactory(product=product, version="22", released_at=days(1))
    assert offered() == new


def test_staff_make_a_version_current_and_take_it_back(offered, act, old, new, staff):
    assert "until you offer the highest version again" in act("make_current", old)
    assert offered() == old
    act("follow_versions", old)
    assert offered() == new
    verbs = [Verb.INSTALLER_MADE_CURRENT, Verb.INSTALLER_NOT_CURRENT]
    assert [event.verb for event in Event.objects.filter(actor=staff).order_by("pk")] == verbs


def test_withdrawn_version_is_put_back(offered, act, old, new, staff):
    act("withdraw", new)
    assert offered() == old
    assert "1 installer is offered again." in act("put_back", new)
    assert offered() == new
    assert Event.objects.get(verb=Verb.INSTALLER_PUT_BACK).actor == staff


def test_version_that_was_made_current_is_so_again_when_it_is_put_back(offered, old, new):
    services.make_current(installer=old, at=timezone.now())
    services.withdraw_installer(installer=old, at=timezone.now())
    assert offered() == new
    services.put_back_installer(installer=old, at=timezone.now())
    assert offered() == old


@pytest.mark.parametrize("rule", [services.make_current, services.follow_versions, services.put_back_installer])
def test_second_time_changes_nothing(old, rule):
    if rule is services.put_back_installer:
        services.withdraw_installer(installer=old, at=timezone.now())
    if rule is services.follow_versions:
        services.make_current(installer=old, at=timezone.now())
    rule(installer=old, at=timezone.now())
    before = Installer.objects.values().get(), Event.objects.count()
    rule(installer=old, at=timezone.now())
    assert (Installer.objects.values().get(), Event.objects.count()) == before


def test_only_one_version_is_made_current(old, new):
    services.make_current(installer=old, at=timezone.now())
    services.make_current(installer=new, at=timezone.now())
    assert list(Installer.objects.filter(made_current_at__isnull=False)) == [new]
    with pytest.raises(IntegrityError):
        Installer.objects.update(made_current_at=timezone.now())


@pytest.mark.parametrize("change", [{"withdrawn_at": days(-1)}, {"released_at": days(1)}])
def test_what_is_not_offered_cannot_be_current(act, old, new, change):
    Installer.objects.filter(pk=old.pk).update(**change)
    with pytest.raises(ValidationError) as refusal:
        services.make_current(installer=old, at=timezone.now())
    assert refusal.value.code == "not_published"
    assert "is not offered now" in act("make_current", old)


def test_two_versions_of_a_product_cannot_both_be_chosen(act, old, new):
    assert "Choose one version" in act("make_current", old, new)
    assert not Installer.objects.filter(made_current_at__isnull=False).exists()


def test_other_products_platforms_and_languages_have_their_own(old, new):
    others = [
        InstallerFactory(version="1"),
        InstallerFactory(product=new.product, platform="macos", version="1"),
        InstallerFactory(product=new.product, language="de", version="1"),
    ]
    for one in [old, *others]:
        services.make_current(installer=one, at=timezone.now())
    assert Installer.objects.filter(made_current_at__isnull=False).count() == 4


@pytest.mark.parametrize("action", ["make_current", "put_back", "follow_versions", "withdraw"])
def test_page_of_an_installer_has_the_button_that_fits(client_of, staff, old, action):
    for rule in {"put_back": [services.withdraw_installer], "follow_versions": [services.make_current]}.get(action, []):
        rule(installer=old, at=timezone.now())
    page = client_of(staff).get(reverse("admin:downloads_installer_change", args=[old.pk])).content.decode()
    assert f'value="{action}"' in page
    assert ('value="make_current"' in page) == (action in ("make_current", "withdraw"))


def test_list_says_which_is_current(client_of, staff, old, new):
    page = client_of(staff).get(reverse(LIST)).content.decode()
    assert page.count("current, the highest version") == page.count("earlier version") == 1
