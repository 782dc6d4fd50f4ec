"""Addresses of saved views. A question stands in the address, as on the runs table."""

from django.urls import path

from portal.pages.saved import views

urlpatterns = [
    path("views/", views.index, name="saved_views"),
    path("views/add/", views.add, name="view_add"),
    path("views/<int:key>/", views.edit, name="view_edit"),
    path("views/<int:key>/pin/", views.pin, name="view_pin"),
    path("views/<int:key>/question/", views.question, name="view_question"),
    path("views/<int:key>/remove/", views.remove, name="view_remove"),
]
