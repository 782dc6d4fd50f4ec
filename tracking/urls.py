from django.urls import path

from tracking import views

urlpatterns = [
    path("files/<uuid:key>/", views.file, name="file"),
    path("files/<uuid:key>/picture.png", views.picture, name="picture"),
]
