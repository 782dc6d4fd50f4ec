"""Every address of the portal."""

from django.contrib import admin
from django.urls import include, path

from portal.pages.sources import views as sources

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("sources/", sources.index, name="sources"),
    path("sources/add/", sources.add, name="source_add"),
    path("sources/<slug:slug>/", sources.source, name="source"),
    path("sources/<slug:slug>/edit/", sources.edit, name="source_edit"),
    path("sources/<slug:slug>/progress/", sources.progress, name="source_progress"),
    path("sources/<slug:slug>/sync/", sources.sync, name="source_sync"),
    path("sources/<slug:slug>/pause/", sources.pause, name="source_pause"),
]
