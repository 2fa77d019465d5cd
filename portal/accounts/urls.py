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
    # In the place of allauth's own; their names stay account_login, account_logout, account_signup,
    # account_reset_password, account_email_verification_sent and account_confirm_email.
    path("login/", views.SignInView.as_view()),
    path("logout/", views.SignOutView.as_view()),
    path("signup/", views.RegisterView.as_view()),
    path("password/reset/", views.ResetPasswordView.as_view()),
    path("confirm-email/", views.inbox),
    path("confirm-email/<str:key>/close/", views.close_unused_account, name="close_unused"),
    path("confirm-email/<str:key>/", views.confirm_email, name="confirm_email"),
]
