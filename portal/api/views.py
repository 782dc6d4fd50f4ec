"""What the API says of the portal itself: who I am, sources, search."""

from typing import Any

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import OpenApiParameter, extend_schema
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework import serializers
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal import tasks
from portal.accounts.models import SCOPES, ApiToken
from portal.api import docs
from portal.api.scheme import PROBLEMS
from portal.freshness import read as standings
from portal.pages.saved import reading as saved
from portal.search import search
from sources.answers import Answer, paged, size
from sources.models import Source


class Me(serializers.Serializer[Any]):
    username = serializers.CharField()
    name = serializers.CharField()
    roles = serializers.ListField(child=serializers.CharField())
    scopes = serializers.ListField(child=serializers.CharField(), help_text="Of this token.")


class WhoAmI(Answer):
    @extend_schema(operation_id="me", responses=Me)
    def get(self, request: Request) -> Response:
        assert isinstance(request.user, User)
        scopes = request.auth.scopes if isinstance(request.auth, ApiToken) else list(SCOPES)
        return Response(
            {
                "username": request.user.get_username(),
                "name": request.user.get_full_name(),
                "roles": sorted(request.user.groups.values_list("name", flat=True)),
                "scopes": scopes,
            }
        )


class SourceOf(serializers.Serializer[Any]):
    slug = serializers.CharField(source="source.slug")
    name = serializers.CharField(source="source.name")
    kind = serializers.CharField(source="source.kind")
    state = serializers.CharField(help_text="syncing, paused, ok, late, failing, refused or new")
    good_at = serializers.DateTimeField(allow_null=True, help_text="The last good reading's end.")
    next_sync_at = serializers.DateTimeField(source="source.next_sync_at")
    error = serializers.CharField(source="last.error", default="")


class SourcePage(serializers.Serializer[Any]):
    rows = SourceOf(many=True)
    next = serializers.CharField(source="older", help_text="Pass it as `at`; empty at the end.")
    previous = serializers.CharField(source="newer")


class Sources(Answer):
    @extend_schema(
        operation_id="sources",
        parameters=[
            OpenApiParameter("at", str, description="A page's `next` or `previous`."),
            OpenApiParameter("limit", int, description="Rows of a page, at most 500."),
        ],
        responses=SourcePage,
    )
    def get(self, request: Request) -> Response:
        """By name."""
        listed = standings(request.user)
        return Response(SourcePage(paged(listed, request, lambda one: one.source.slug)).data)


class ViewOf(serializers.Serializer[Any]):
    name = serializers.CharField()
    owner = serializers.CharField(source="owner.username")
    shared = serializers.BooleanField(help_text="The team's, not only its owner's.")
    pinned = serializers.BooleanField(help_text="In the side bar of who asks.")
    query = serializers.CharField(help_text="As `q` of the runs: a filter and its order.")
    columns = serializers.ListField(child=serializers.CharField(), help_text="As `col`.")
    url = serializers.CharField(help_text="Its page.")


class ViewPage(serializers.Serializer[Any]):
    rows = ViewOf(many=True)
    next = serializers.CharField(source="older", help_text="Pass it as `at`; empty at the end.")
    previous = serializers.CharField(source="newer")


class SavedViews(Answer):
    @extend_schema(
        operation_id="views",
        parameters=[
            OpenApiParameter("at", str, description="A page's `next` or `previous`."),
            OpenApiParameter("limit", int, description="Rows of a page, at most 500."),
        ],
        responses=ViewPage,
    )
    def get(self, request: Request) -> Response:
        """Saved questions to the runs table by name: one's own, and the team's."""
        held = list(saved.listed(request.user))
        return Response(ViewPage(paged(held, request, lambda one: one.pk)).data)


class Started(serializers.Serializer[Any]):
    started = serializers.BooleanField(help_text="False: one is under way already.")


class SyncSource(Answer):
    scope = "sync"

    @extend_schema(operation_id="source_sync", request=None, responses={202: Started})
    def post(self, request: Request, slug: str) -> Response:
        source = get_object_or_404(Source.objects.visible_to(request.user), slug=slug)
        if not request.user.has_perm("sources.sync_source"):
            raise PermissionDenied("Starting a sync needs the permission sources.sync_source.")
        started = tasks.start_sync(source, by=request.user.pk) is not None
        return Response({"started": started}, status=202)


class HitOf(serializers.Serializer[Any]):
    kind = serializers.CharField()
    name = serializers.CharField()
    title = serializers.CharField()
    url = serializers.CharField()
    at = serializers.DateTimeField()


class Found(serializers.Serializer[Any]):
    corrected = serializers.CharField(help_text="What was searched instead, if anything.")
    hits = HitOf(many=True)


class Search(Answer):
    @extend_schema(
        operation_id="search",
        parameters=[OpenApiParameter("q", str, required=True), OpenApiParameter("kind", str)],
        responses=Found,
    )
    def get(self, request: Request) -> Response:
        kind = request.query_params.get("kind", "")
        text = request.query_params.get("q", "")
        return Response(Found(search(request.user, text, kind=kind, limit=size(request))).data)


class Document(SpectacularJSONAPIView):
    """The OpenAPI document itself."""

    scope = "read"


class Nowhere(APIView):
    """Every other address under /api/: a problem document, not a page."""

    schema = None
    scope = "read"

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        raise NotFound("There is nothing at this address of the API.")

    post = put = patch = delete = get


def documentation(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document as a page of ours: no foreign script, no inline style."""
    if not request.user.is_authenticated:
        raise Http404
    generator = SchemaGenerator()  # type: ignore[no-untyped-call]
    schema = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    host = request.build_absolute_uri("/").rstrip("/")
    records = f"{host}/api/v1/tasks/DOC-123/records/"
    page = {
        "page": docs.read(schema, host),
        "problems": PROBLEMS,
        "first_call": f"curl -H 'Authorization: Bearer ll_…' '{records}'",
    }
    return render(request, "api/docs.html", page)
