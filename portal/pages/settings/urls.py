"""Addresses of the settings, and of an invitation's link."""

from django.urls import path

from portal.pages.settings import inviting, views

urlpatterns = [
    path("settings/", views.own, name="settings"),
    path("settings/tokens/", views.tokens, name="tokens"),
    path("settings/tokens/<int:key>/revoke/", views.revoke, name="token_revoke"),
    path("settings/people/", inviting.index, name="people"),
    path("settings/people/invite/", inviting.invite, name="person_invite"),
    path("settings/people/<int:key>/link/", inviting.invite_again, name="person_link"),
    path("settings/people/<int:key>/role/", inviting.role, name="person_role"),
    path("settings/people/<int:key>/deactivate/", inviting.deactivate, name="person_deactivate"),
    path("settings/people/<int:key>/activate/", inviting.let_in_again, name="person_activate"),
    path("accounts/invitation/<str:token>/", inviting.invitation, name="invitation"),
]
