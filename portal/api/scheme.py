"""How the OpenAPI document tells of tokens, scopes and errors. Imported by urls, for the
tokens, and named in the settings."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers

from portal.api.problems import TYPE


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "portal.accounts.tokens.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class Problem(serializers.Serializer[Any]):
    """What went wrong, as RFC 9457 has it."""

    type = serializers.CharField(help_text="about:blank: the status says what kind it is.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(required=False, help_text="This case, in words.")
    errors = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="By the name of what was asked or given: what is wrong with it.",
    )


PROBLEMS = {
    400: "What is asked or given cannot be read, or may not be so; `errors` says what.",
    401: "No token, or one that is unknown, expired or revoked.",
    403: "The token has not the scope, or its person not the permission.",
    404: "There is no such thing, or not for who asks.",
    409: "Several answer to that; the words say which.",
}


class Scheme(AutoSchema):
    """Each operation with the scope that its token needs, and how it may be refused.

    A view says `problems = (409,)` for what its address and its body do not tell.
    """

    def get_operation(self, *args: Any, **more: Any) -> Any:
        told = super().get_operation(*args, **more)
        if told is None:
            return None
        told["x-scope"] = getattr(self.view, "scope", "")
        shape = {"schema": self.resolve_serializer(Problem, "response").ref}
        for code in self.refusals(told):
            told["responses"][str(code)] = {
                "content": {TYPE: shape},
                "description": PROBLEMS[code],
            }
        return told

    def refusals(self, told: dict[str, Any]) -> list[int]:
        found = {401, 403, *getattr(self.view, "problems", ())}
        if "requestBody" in told:
            found.add(400)
        if any(one["in"] == "path" for one in told.get("parameters", ())):
            found.add(404)
        return sorted(found)
