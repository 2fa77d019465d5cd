from django.urls import path

from benchmarks.floor import views

urlpatterns = [
    path("licenses/", views.licenses),
    path("licenses/add/", views.redeem),
    path("licenses/<int:pk>/", views.license),
    path("devices/", views.devices),
    path("downloads/", views.downloads),
    path("check-in/", views.check_in),
]
