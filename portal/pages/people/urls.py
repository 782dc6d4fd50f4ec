"""Addresses of a person, of accounts outside, and of erasing."""

from django.urls import path

from portal.pages.people import views

urlpatterns = [
    path("people/<int:key>/", views.person, name="person"),
    path("settings/people/accounts/", views.index, name="accounts"),
    path("settings/people/accounts/decide/", views.decide, name="account_decide"),
    path("settings/people/accounts/<int:key>/untie/", views.untie, name="account_untie"),
    path("settings/people/<int:key>/erase/", views.erasing, name="person_erase"),
]
