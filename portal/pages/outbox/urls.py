"""Addresses of the outbox, of a task's writes, and of one's own tokens."""

from django.urls import path

from portal.pages.outbox import tokens, views

urlpatterns = [
    path("outbox/", views.index, name="outbox"),
    path("outbox/again/", views.all_again, name="outbox_all_again"),
    path("outbox/<int:key>/", views.write, name="outbox_write"),
    path("outbox/<int:key>/again/", views.again, name="outbox_again"),
    path("outbox/<int:key>/change/", views.change, name="outbox_change"),
    path("outbox/<int:key>/drop/", views.drop, name="outbox_drop"),
    path("w/<uuid:mark>/", views.mark, name="outbox_mark"),
    path("t/id/<uuid:key>/jira/", views.task, name="task_jira"),
    path("sources/<slug:slug>/writes/", views.switch, name="source_writes"),
    path("settings/jira/", tokens.index, name="jira_tokens"),
    path("settings/jira/<slug:slug>/", tokens.store, name="jira_token_store"),
    path("settings/jira/<slug:slug>/test/", tokens.test, name="jira_token_test"),
    path("settings/jira/<slug:slug>/forget/", tokens.forget, name="jira_token_forget"),
]
