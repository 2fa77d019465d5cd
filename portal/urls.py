"""Wiring only: which room answers which address."""

from django.urls import include, path

from portal import brand

urlpatterns = [
    path("licenses/", include("licenses.urls")),
    path("brand.css", brand.accent_css, name="brand_css"),
]

handler400 = "portal.errors.bad_request"
handler403 = "portal.errors.forbidden"
handler404 = "portal.errors.not_found"
handler500 = "portal.errors.server_error"
