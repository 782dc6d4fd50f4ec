"""API tokens as DRF sees them: who it is, and what the token may do."""

from typing import Any

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from portal.accounts.models import ApiToken


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer ll_…`"""

    def authenticate(self, request: Request) -> tuple[object, ApiToken] | None:
        words = get_authorization_header(request).split()
        if len(words) != 2 or words[0].lower() != b"bearer":
            return None
        token = ApiToken.objects.presented(words[1].decode("latin-1"))
        if token is None:
            raise AuthenticationFailed("The token is unknown, expired or revoked.")
        token.touch(timezone.now())
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="labledger"'


class HasScope(BasePermission):
    """A view says `scope = "read"`; a token must hold it, a session holds all.

    A view without a scope is closed to tokens.
    """

    message = "The token does not have the scope that this call needs."

    def has_permission(self, request: Request, view: Any) -> bool:
        if not request.user or not request.user.is_authenticated:
            return False
        if not isinstance(request.auth, ApiToken):
            return True
        return getattr(view, "scope", None) in request.auth.scopes
