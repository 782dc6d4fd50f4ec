"""Every address of the portal."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from portal import health, metrics, webhooks, workers
from portal.moved import moved
from portal.pages.home import views as home
from portal.pages.plan import acts as plan_acts
from portal.pages.plan import views as plan
from portal.pages.runs import views as runs
from portal.pages.search import views as search
from portal.pages.sources import views as sources
from portal.pages.sources import webhook

# The admin's own login knows no second factor and no limit of attempts.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

handler400 = "portal.errors.bad_request"
handler500 = "portal.errors.server_error"

urlpatterns = [
    path("healthz", health.answer, name="health"),
    path("healthz/workers", workers.answer, name="health_workers"),
    path("metrics", metrics.answer, name="metrics"),
    path("moved/", moved, name="moved"),
    path("hooks/<str:token>/", webhooks.knock, name="webhook"),
    path("", home.index, name="home"),
    path("", include("portal.pages.settings.urls")),
    path("", include("portal.pages.outbox.urls")),
    path("", include("portal.pages.people.urls")),
    path("", include("portal.pages.saved.urls")),
    # An address is changed on the settings' page, which asks for the password first.
    path("accounts/email/", RedirectView.as_view(pattern_name="settings")),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", include("portal.api.urls")),
    path("admin/", admin.site.urls),
    path("", include("tracking.urls")),
    path("", include("handoff.urls")),
    path("sprints/", plan.sprints, name="sprints"),
    path("sprints/<int:number>/", plan.sprint, name="sprint"),
    path("sprints/id/<uuid:key>/", plan.sprint_by_id, name="sprint_by_id"),
    path("t/<str:name>/", plan.task, name="task"),
    path("t/id/<uuid:key>/", plan.task_by_id, name="task_by_id"),
    path("t/id/<uuid:key>/runs/", plan_acts.tie, name="task_tie"),
    path("hypotheses/", plan.hypotheses, name="hypotheses"),
    path("h/<str:name>/", plan.hypothesis, name="hypothesis"),
    path("h/id/<uuid:key>/", plan.hypothesis_by_id, name="hypothesis_by_id"),
    path("h/id/<uuid:key>/curves.json", plan.curves, name="hypothesis_curves"),
    path("h/id/<uuid:key>/claim/", plan_acts.claim, name="hypothesis_claim"),
    path("h/id/<uuid:key>/verdict/", plan_acts.verdict, name="hypothesis_verdict"),
    path("inbox/", plan.inbox, name="inbox"),
    path("inbox/tie/", plan_acts.mend, name="inbox_tie"),
    path("inbox/dismiss/", plan_acts.dismiss, name="inbox_dismiss"),
    path("runs/", runs.index, name="runs"),
    path("runs/export.csv", runs.as_csv, name="runs_csv"),
    path("runs/columns/", runs.columns, name="runs_columns"),
    path("runs/compare/", runs.compare, name="compare"),
    path("runs/compare/curves.json", runs.compared_curves, name="compare_curves"),
    path("runs/text/<uuid:key>/", runs.text, name="run_text"),
    path("runs/<uuid:key>/", runs.run, name="run"),
    path("runs/<uuid:key>/curves.json", runs.curves, name="run_curves"),
    path("runs/<uuid:key>/tie/", runs.tie, name="run_tie"),
    path("runs/<uuid:key>/diff/", runs.diff_with, name="run_diff_with"),
    path("runs/<uuid:key>/diff/<uuid:other>/", runs.diff, name="run_diff"),
    path("search/", search.index, name="search"),
    path("search/palette/", search.palette, name="palette"),
    path("sources/", sources.index, name="sources"),
    path("sources/add/", sources.add, name="source_add"),
    path("sources/<slug:slug>/", sources.source, name="source"),
    path("sources/<slug:slug>/edit/", sources.edit, name="source_edit"),
    path("sources/<slug:slug>/progress/", sources.progress, name="source_progress"),
    path("sources/<slug:slug>/sync/", sources.sync, name="source_sync"),
    path("sources/<slug:slug>/believe/", sources.believe, name="source_believe"),
    path("sources/<slug:slug>/pause/", sources.pause, name="source_pause"),
    path("sources/<slug:slug>/remap/", sources.remap, name="source_remap"),
    path("sources/<slug:slug>/webhook/", webhook.page, name="source_webhook"),
]
