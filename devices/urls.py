from django.urls import path

from devices import views

app_name = "devices"
urlpatterns = [
    path("", views.index, name="index"),
    path("overview/", views.overview, name="overview"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/disconnect/", views.disconnect, name="disconnect"),
    path("<int:pk>/disconnect/<int:license_pk>/", views.disconnect_from, name="disconnect_from"),
    path("<int:pk>/rename/", views.rename, name="rename"),
]
