from django.urls import path

from handoff import views

urlpatterns = [
    path("records/", views.index, name="records"),
    path("records/start/", views.start, name="record_start"),
    path("records/<uuid:key>/", views.record, name="record"),
    path("records/<uuid:key>/state/", views.state, name="record_state"),
    path("records/<uuid:key>/seal/", views.seal, name="record_seal"),
    path("records/<uuid:key>/record.json", views.record_json, name="record_json"),
    path("records/<uuid:key>/bundle.zip", views.record_bundle, name="record_bundle"),
    path("records/<uuid:key>/files/<path:path>", views.record_file, name="record_file"),
    path("records/<uuid:key>/pictures/<path:path>", views.record_picture, name="record_picture"),
]
