from django.urls import path

from handoff import api

urlpatterns = [
    path("records/", api.Records.as_view(), name="api_records"),
    path("records/<uuid:key>/", api.OneRecord.as_view(), name="api_record"),
    path("records/<uuid:key>/record.json", api.RecordJson.as_view(), name="api_record_json"),
    path("records/<uuid:key>/artifacts/", api.Artifacts.as_view(), name="api_record_artifacts"),
    path(
        "records/<uuid:key>/artifacts/<path:name>",
        api.Artifact.as_view(),
        name="api_record_artifact",
    ),
    path("records/<uuid:key>/bundle.zip", api.BundleZip.as_view(), name="api_record_bundle"),
    path("tasks/<str:name>/records/", api.RecordsOfTask.as_view(), name="api_task_records"),
]
