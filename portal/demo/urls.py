from django.urls import path, re_path

from portal.demo import views
from portal.demo.mail import NAME

app_name = "demo"
urlpatterns = [
    path("", views.mail, name="mail"),
    re_path(rf"^(?P<name>{NAME})/$", views.letter, name="letter"),
    re_path(rf"^(?P<name>{NAME})/html/$", views.letter_html, name="html"),
]
