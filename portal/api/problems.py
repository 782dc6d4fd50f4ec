"""Errors of the API as RFC 9457 problem documents."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

TYPE = "application/problem+json"


def problem(error: Exception, context: dict[str, object]) -> Response | None:
    """`{type, title, status, detail, errors?}`; a stranger's thing is a plain 404."""
    response = exception_handler(error, context)
    if response is None:
        return None
    body: dict[str, object] = {
        "type": "about:blank",
        "title": _title(error),
        "status": response.status_code,
    }
    if isinstance(error, exceptions.ValidationError):
        body["errors"] = response.data
    elif isinstance(response.data, dict) and "detail" in response.data:
        body["detail"] = str(response.data["detail"])
    response.data = body
    response.content_type = TYPE
    return response


def _title(error: Exception) -> str:
    if isinstance(error, Http404):
        return "Not found"
    if isinstance(error, PermissionDenied):
        return "Forbidden"
    if isinstance(error, exceptions.APIException):
        return str(error.default_detail).rstrip(".")
    return type(error).__name__
