"""The addresses of the OpenID provider: named as allauth looks them up, and only those that we offer."""

from allauth.idp.oidc import views as allauth_views
from django.urls import include, path

provider = [
    path(".well-known/openid-configuration", allauth_views.configuration, name="configuration"),
    path(".well-known/jwks.json", allauth_views.jwks, name="jwks"),
    path("identity/o/authorize", allauth_views.authorization, name="authorization"),
    path("identity/o/device", allauth_views.device_authorization, name="device_authorization"),
    path("identity/o/logout", allauth_views.logout, name="logout"),
    path("identity/o/api/token", allauth_views.token, name="token"),
    path("identity/o/api/revoke", allauth_views.revoke, name="revoke"),
    path("identity/o/api/device/code", allauth_views.device_code, name="device_code"),
    path("identity/o/api/userinfo", allauth_views.user_info, name="userinfo"),
]
urlpatterns = [path("", include(([path("", include((provider, "oidc")))], "idp")))]
