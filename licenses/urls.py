from django.urls import path

from licenses import views

app_name = "licenses"
urlpatterns = [
    path("", views.index, name="index"),
    path("add/", views.add, name="add"),
    path("waiting/add/", views.add_waiting, name="add_waiting"),
    path("waiting/drop/", views.drop_waiting, name="drop_waiting"),
    path("claim/", views.claim, name="claim"),
    path("claims/<int:pk>/", views.release, name="release"),
    path("archived/", views.archived, name="archived"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/move/", views.move, name="move"),
    path("<int:pk>/archive/", views.archive, name="archive"),
    path("<int:pk>/restore/", views.restore, name="restore"),
]
