from django.urls import path

from sprints import api

urlpatterns = [
    path("sprints/", api.Sprints.as_view(), name="api_sprints"),
    path("sprints/<uuid:key>/", api.OneSprint.as_view(), name="api_sprint"),
    path("tasks/", api.Tasks.as_view(), name="api_tasks"),
    path("tasks/<uuid:key>/", api.OneTask.as_view(), name="api_task"),
    path("tasks/<uuid:key>/runs/", api.RunsOfTask.as_view(), name="api_task_tie"),
    path("hypotheses/", api.Hypotheses.as_view(), name="api_hypotheses"),
    path("hypotheses/<uuid:key>/", api.OneHypothesis.as_view(), name="api_hypothesis"),
    path(
        "hypotheses/<uuid:key>/claim/",
        api.ClaimOfHypothesis.as_view(),
        name="api_hypothesis_claim",
    ),
    path(
        "hypotheses/<uuid:key>/verdicts/",
        api.VerdictsOfHypothesis.as_view(),
        name="api_hypothesis_verdict",
    ),
    path("inbox/", api.Inbox.as_view(), name="api_inbox"),
    path("inbox/<uuid:key>/dismissal/", api.Dismissals.as_view(), name="api_inbox_dismiss"),
]
