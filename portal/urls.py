"""Wiring only: which room answers which address."""

from allauth.account.decorators import secure_admin_login
from django.apps import apps
from django.contrib import admin
from django.urls import include, path, re_path

from devices.api import router as devices
from devices.lease_keys import DOCUMENT as LEASE_KEYS
from devices.views import lease_keys
from downloads.views import open_link
from licenses.api import router as orders
from portal.accounts.views import home
from portal.foundation.api.site import api
from portal.foundation.api.views import manual
from portal.ui import brand

# Staff come in by the portal's own sign-in, with its limits and, one day, its second step.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

api.add_router("", devices)
api.add_router("/orders", orders)
api.describe("/.well-known/lease-keys.json", LEASE_KEYS)

urlpatterns = [
    path("", home, name="home"),
    path("account/", include("portal.accounts.urls")),
    path("account/", include("allauth.urls")),
    path("", include("portal.foundation.oauth.urls")),
    path("admin/", admin.site.urls),
    path("licenses/", include("licenses.urls")),
    path("devices/", include("devices.urls")),
    path("downloads/", include("downloads.urls")),
    # Typed by hand, so with or without the slash, and as short as can be.
    re_path(r"^go/(?P<text>[^/]+)/?$", open_link, name="go"),
    path("api/", manual, name="api_manual"),
    path("api/v1/", api.urls),
    path(".well-known/lease-keys.json", lease_keys, name="lease_keys"),
    path("brand.css", brand.accent_css, name="brand_css"),
]

if apps.is_installed("portal.demo"):
    urlpatterns.append(path("dev/mail/", include("portal.demo.urls")))

handler400 = "portal.errors.bad_request"
handler403 = "portal.errors.forbidden"
handler404 = "portal.errors.not_found"
handler429 = "portal.errors.too_many_requests"
handler500 = "portal.errors.server_error"
