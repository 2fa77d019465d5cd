"""On which device a sign-in is: known when its product has connected, and read with its token in one query."""

import pytest
from django.utils import timezone

from devices.models import device_of
from devices.services.connect_product import bind_device
from portal.foundation.oauth.bearer import caller_of
from portal.foundation.oauth.models import SignIn
from tests.factories import DeviceFactory, SignInFactory, give_token

pytestmark = pytest.mark.django_db


@pytest.fixture
def device(customer):
    return DeviceFactory(owner=customer)


@pytest.fixture
def sign_in(customer):
    return SignInFactory(user=customer)


def test_sign_in_learns_its_device(sign_in, device):
    bind_device(sign_in=sign_in, device=device)
    assert device_of(sign_in) == device_of(SignIn.objects.get()) == device


def test_sign_in_that_comes_from_another_device_is_on_that_one(sign_in, device):
    bind_device(sign_in=sign_in, device=DeviceFactory(owner=sign_in.user))
    bind_device(sign_in=sign_in, device=device)
    assert device_of(SignIn.objects.get()) == device


def test_same_device_again_writes_nothing(sign_in, device, django_assert_num_queries):
    bind_device(sign_in=sign_in, device=device)
    with django_assert_num_queries(0):
        bind_device(sign_in=sign_in, device=device)


def test_token_brings_its_device_in_one_query(sign_in, device, django_assert_num_queries):
    token = give_token(sign_in)
    with django_assert_num_queries(1):
        assert device_of(caller_of(token, at=timezone.now()).sign_in) is None
    bind_device(sign_in=sign_in, device=device)
    with django_assert_num_queries(1):
        assert device_of(caller_of(token, at=timezone.now()).sign_in) == device


def test_sign_in_outlives_its_device(sign_in, device):
    bind_device(sign_in=sign_in, device=device)
    device.delete()
    assert device_of(SignIn.objects.get()) is None


def test_staff_are_led_from_a_sign_in_to_its_device(sign_in, device, client_of, staff):
    bind_device(sign_in=sign_in, device=device)
    page = client_of(staff).get(f"/admin/oauth/signin/{sign_in.pk}/change/").content.decode()
    assert f'<a href="/admin/devices/device/{device.pk}/change/">{device.name}</a>' in page
