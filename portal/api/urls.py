"""Every address of the API, version 1."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from portal.api import runs, scheme, views

__all__ = ["scheme", "urlpatterns"]

urlpatterns: list[URLPattern | URLResolver] = [
    path("openapi.json", views.Document.as_view(), name="api_schema"),
    path("docs/", views.documentation, name="api_docs"),
    path("me/", views.WhoAmI.as_view(), name="api_me"),
    path("search/", views.Search.as_view(), name="api_search"),
    path("sources/", views.Sources.as_view(), name="api_sources"),
    path("sources/<slug:slug>/sync/", views.SyncSource.as_view(), name="api_source_sync"),
    path("views/", views.SavedViews.as_view(), name="api_views"),
    path("runs/", runs.Runs.as_view(), name="api_runs"),
    path("runs/<uuid:key>/", runs.OneRun.as_view(), name="api_run"),
    path("", include("sprints.api_urls")),
    path("", include("tracking.api_urls")),
    path("", include("handoff.api_urls")),
    re_path(r"^.*$", views.Nowhere.as_view()),
]
