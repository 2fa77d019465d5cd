"""Pages around an account; they come before allauth's, whose addresses lie beside them."""

from django.urls import path

from . import views

app_name = "accounts"
urlpatterns = [
    path("", views.index, name="index"),
    path("name/", views.name, name="name"),
    path("language/", views.language, name="language"),
    path("time-zone/", views.time_zone, name="time_zone"),
    path("confirm-email/again/", views.send_again, name="send_again"),
    # The addresses that allauth knows by the same names with "account_".
    path("login/", views.SignInView.as_view(), name="login"),
    path("signup/", views.RegisterView.as_view(), name="signup"),
    path("password/reset/", views.ResetPasswordView.as_view(), name="reset_password"),
    path("confirm-email/<str:key>/", views.confirm_email, name="confirm_email"),
]
