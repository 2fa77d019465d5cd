"""Rows for tests, plain and predictable: numbered names, nothing random, dates relative to now.

A license runs and has one pool of five seats unless the test says otherwise:
`LicenseFactory(terms=[])` has no term yet, `LicenseFactory(terms__plan__seats=1)` has one seat,
`LicenseFactory(product=plan.product, terms__plan=plan)` is one of that plan.
"""

import hashlib
from datetime import timedelta

import factory
from allauth.account.models import EmailAddress
from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Client as App
from allauth.idp.oidc.models import Token
from django.core.files.base import ContentFile
from django.utils import timezone
from django.utils.timezone import now

from devices.models import BoundSignIn, Device
from downloads.models import Installer, SetupGuide, StoreLink
from licenses.models import CodeBatch, License, Plan, Platform, Product, Seat, SeatPool, Term
from licenses.services import issue_codes
from licenses.standing import Standing
from portal.accounts.models import User
from portal.foundation.oauth.models import IssuedToken, SignIn

PASSWORD = "Violet-River-27"


def days(number: float):
    """The moment so many days from now; negative: ago."""
    return timezone.now() + timedelta(days=number)


def standing(license: License, **more) -> Standing:
    """What this license is now; `with_moves=True` counts its moves too."""
    return license.standing(timezone.now(), **more)


def fresh_code(plan: Plan | None = None, **rules) -> str:
    """A code that nobody has used, as a customer would type it; `rules` are those of its batch."""
    return issue_codes(plan=plan or PlanFactory(), count=1, **rules, at=now()).codes[0]


class ModelFactory(factory.django.DjangoModelFactory):
    class Meta:
        abstract = True
        skip_postgeneration_save = True


class UserFactory(ModelFactory):
    """A customer whose address is verified and whose password is PASSWORD."""

    class Meta:
        model = User

    email = factory.Sequence(lambda number: f"customer-{number:03}@example.com")

    @classmethod
    def _create(cls, model_class, *args, password=PASSWORD, **fields):
        return model_class.objects.create_user(*args, password=password, **fields)

    @factory.post_generation
    def verified(user, create, extracted, **kwargs):  # noqa: N805 (factory_boy hands in the row)
        if create:
            EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=extracted is not False)


class StaffFactory(UserFactory):
    email = factory.Sequence(lambda number: f"staff-{number:03}@example.com")
    is_staff = True
    is_superuser = True


class ProductFactory(ModelFactory):
    class Meta:
        model = Product

    name = factory.Sequence(lambda number: f"Product {number:03}")
    slug = factory.Sequence(lambda number: f"product-{number:03}")


class PlanFactory(ModelFactory):
    """One year for devices of every platform; `seats=3` says how many, `seats=0` leaves the plan without a pool."""

    class Meta:
        model = Plan

    product = factory.SubFactory(ProductFactory)
    name = factory.Sequence(lambda number: f"Plan {number:03}")
    slug = factory.Sequence(lambda number: f"plan-{number:03}")

    @factory.post_generation
    def seats(plan, create, extracted, **kwargs):  # noqa: N805
        quantity = 5 if extracted is None else extracted
        if create and quantity:
            SeatPoolFactory(plan=plan, quantity=quantity)


class SeatPoolFactory(ModelFactory):
    class Meta:
        model = SeatPool

    plan = factory.SubFactory(PlanFactory, seats=0)
    position = factory.LazyAttribute(lambda pool: pool.plan.pools.count() + 1)
    quantity = 5
    on_windows = True
    on_macos = True
    on_android = True
    on_ios = True
    on_server = True


class CodeBatchFactory(ModelFactory):
    class Meta:
        model = CodeBatch

    plan = factory.SubFactory(PlanFactory)


class LicenseFactory(ModelFactory):
    class Meta:
        model = License

    owner = factory.SubFactory(UserFactory)
    product = factory.SubFactory(ProductFactory)
    support_key = factory.Sequence(lambda number: f"4F2A-9C31-{number:04X}")

    @factory.post_generation
    def terms(license, create, extracted, **term):  # noqa: N805
        if create and extracted is None:
            TermFactory(license=license, **term)


class TermFactory(ModelFactory):
    """A term that began a month ago and ends in eleven."""

    class Meta:
        model = Term

    license = factory.SubFactory(LicenseFactory, terms=[])
    plan = factory.SubFactory(PlanFactory, product=factory.SelfAttribute("..license.product"))
    starts_at = factory.LazyFunction(lambda: days(-30))
    ends_at = factory.LazyFunction(lambda: days(335))


class DeviceFactory(ModelFactory):
    class Meta:
        model = Device

    owner = factory.SubFactory(UserFactory)
    machine_id = factory.Sequence(lambda number: f"{number:032x}")
    name = factory.Sequence(lambda number: f"Computer {number:03}")
    platform = Platform.WINDOWS
    last_seen_at = factory.LazyFunction(timezone.now)


class SeatFactory(ModelFactory):
    """The next seat of the license's first pool, written as it is; the rules are in `services.take_seat`."""

    class Meta:
        model = Seat

    license = factory.SubFactory(LicenseFactory)
    device = factory.SubFactory(DeviceFactory, owner=factory.SelfAttribute("..license.owner"))
    holder = factory.SelfAttribute("device.owner")
    pool = factory.LazyAttribute(lambda seat: standing(seat.license).plan.pools.first())
    number = factory.LazyAttribute(lambda seat: seat.license.seats.held().filter(pool=seat.pool).count() + 1)


class AppFactory(ModelFactory):
    """A product on a device, as the OpenID provider knows it: public, ours, with every grant and scope of a product."""

    class Meta:
        model = App

    id = factory.Sequence(lambda number: f"app-{number:03}")
    name = factory.Sequence(lambda number: f"App {number:03}")
    type = App.Type.PUBLIC
    scopes = "openid\nemail\nprofile\ndevices"
    default_scopes = "openid\nemail\ndevices"
    grant_types = "authorization_code\nrefresh_token\nurn:ietf:params:oauth:grant-type:device_code"
    redirect_uris = "http://127.0.0.1/callback"
    skip_consent = True


class StoreFactory(AppFactory):
    """A store: a client that signs in as itself."""

    id = factory.Sequence(lambda number: f"store-{number:03}")
    name = factory.Sequence(lambda number: f"Store {number:03}")
    type = App.Type.CONFIDENTIAL
    scopes = "orders"
    grant_types = App.GrantType.CLIENT_CREDENTIALS
    redirect_uris = ""


class SignInFactory(ModelFactory):
    """A sign-in of an app that has just begun, on `device` if one is given; `give_token` makes it a token."""

    class Meta:
        model = SignIn

    user = factory.SubFactory(UserFactory)
    client = factory.SubFactory(AppFactory)
    device_name = factory.Sequence(lambda number: f"Computer {number:03}")

    @factory.post_generation
    def device(sign_in, create, extracted, **kwargs):  # noqa: N805
        if create and extracted:
            BoundSignIn.objects.create(sign_in=sign_in, device=extracted)


def give_token(sign_in: SignIn, *, kind: str = "access", scopes: str = "openid email devices", lives: float = 1 / 24):
    """Issue a token of this sign-in, as the token endpoint would; it lives so many days."""
    number = IssuedToken.objects.count()
    value = f"{kind}-token-{sign_in.pk}-{number}"
    type_ = Token.Type.ACCESS_TOKEN if kind == "access" else Token.Type.REFRESH_TOKEN
    token = Token(type=type_, client=sign_in.client, user=sign_in.user, expires_at=days(lives))
    token.set_value(value)
    token.set_scopes(scopes.split())
    token.save()
    digest = get_adapter().hash_token(value)
    IssuedToken.objects.create(sign_in=sign_in, kind=kind, digest=digest, scopes=scopes, expires_at=token.expires_at)
    return value


class InstallerFactory(ModelFactory):
    """A small file that is what its name says: `content` may be given."""

    class Meta:
        model = Installer

    class Params:
        number = factory.Sequence(int)
        is_mac = factory.LazyAttribute(lambda installer: installer.platform == Platform.MACOS)
        content = factory.LazyAttribute(
            lambda installer: (
                b"%d" % installer.number + b"koly".ljust(512, b"\0")
                if installer.is_mac
                else b"MZ %d " % installer.number + bytes(range(256)) * 4
            )
        )

    product = factory.SubFactory(ProductFactory)
    platform = Platform.WINDOWS
    version = factory.LazyAttribute(lambda installer: f"21.{installer.number}")
    file_name = factory.LazyAttribute(
        lambda installer: f"setup-{installer.number:03}" + (".dmg" if installer.is_mac else ".exe")
    )
    file = factory.LazyAttribute(lambda installer: ContentFile(installer.content, installer.file_name))
    size = factory.LazyAttribute(lambda installer: len(installer.content))
    sha256 = factory.LazyAttribute(lambda installer: hashlib.sha256(installer.content).hexdigest())


class StoreLinkFactory(ModelFactory):
    class Meta:
        model = StoreLink

    product = factory.SubFactory(ProductFactory)
    store = StoreLink.Store.GOOGLE_PLAY
    url = factory.LazyAttribute(lambda link: f"https://store.example.com/{link.store}/{link.product.slug}")


class SetupGuideFactory(ModelFactory):
    class Meta:
        model = SetupGuide

    product = factory.SubFactory(ProductFactory)
    platform = SetupGuide.Platform.WINDOWS
    body = "## Start\n\n1. Open the file.\n2. Press **Install**.\n"
