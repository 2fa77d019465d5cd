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
    # The address that allauth writes into mails (account_confirm_email).
    path("confirm-email/<str:key>/", views.confirm_email, name="confirm_email"),
]
