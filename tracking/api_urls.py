from django.urls import path

from tracking import api

urlpatterns = [
    path("runs/<uuid:key>/metrics/", api.Metrics.as_view(), name="api_run_metrics"),
    path("runs/<uuid:key>/curves/", api.Curves.as_view(), name="api_run_curves"),
    path("runs/<uuid:key>/logs/", api.Logs.as_view(), name="api_run_logs"),
    path("runs/<uuid:key>/logs/lines/", api.Lines.as_view(), name="api_run_log_lines"),
    path("runs/<uuid:key>/artifacts/", api.Artifacts.as_view(), name="api_run_artifacts"),
    path("artifacts/<uuid:key>/content/", api.Content.as_view(), name="api_artifact_content"),
]
