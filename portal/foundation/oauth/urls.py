"""The addresses of the OpenID provider: named as allauth looks them up, and only those that we offer."""

from allauth.idp.oidc import views as allauth_views
from django.urls import include, path

from .views import activate, endpoints

provider = [
    path(".well-known/openid-configuration", allauth_views.configuration, name="configuration"),
    path(".well-known/jwks.json", allauth_views.jwks, name="jwks"),
    path("activate/", activate.activate, name="device_authorization"),
    path("identity/o/authorize", endpoints.AuthorizeView.as_view(), name="authorization"),
    path("identity/o/logout", endpoints.logout, name="logout"),
    path("identity/o/api/token", endpoints.TokenView.as_view(), name="token"),
    path("identity/o/api/revoke", endpoints.RevokeView.as_view(), name="revoke"),
    path("identity/o/api/device/code", endpoints.DeviceCodeView.as_view(), name="device_code"),
    path("identity/o/api/userinfo", allauth_views.user_info, name="userinfo"),
]
urlpatterns = [path("", include(([path("", include((provider, "oidc")))], "idp")))]
