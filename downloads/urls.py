from django.urls import path, register_converter

from downloads import views
from downloads.models import SetupGuide


class TabConverter:
    regex = "|".join(SetupGuide.Platform.values)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return str(value)


register_converter(TabConverter, "tab")

app_name = "downloads"
urlpatterns = [
    path("", views.index, name="index"),
    path("another-device/", views.protect, name="protect"),
    path("another-device/choose/", views.choose_license, name="choose_license"),
    path("another-device/<int:pk>/", views.protect_with, name="protect_with"),
    path("another-device/<int:pk>/send/", views.send_link, name="send_link"),
    path("another-device/<int:pk>/<tab:platform>/", views.protect_with, name="protect_with"),
    path("files/<int:pk>/<str:file_name>", views.file, name="file"),
    path("<tab:platform>/", views.platform, name="platform"),
    path("<tab:platform>/<slug:product>/", views.product, name="product"),
    path("<tab:platform>/<slug:product>/guide/", views.guide, name="guide"),
    path("mobile/<slug:product>/open/", views.store, name="store"),
]
