"""A person's tokens for scripts."""

from django.conf import settings
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.permissions import InTheBrowser
from accounts.api.requests import signed_in
from accounts.api.serializers import NewTokenOutput, TokenInput, TokenOutput, TokenRulesOutput
from accounts.models import PersonalToken
from accounts.scopes import SCOPE_ACTIONS
from accounts.selectors.people import tokens_for
from accounts.services.tokens import create_token, withdraw_token


class TokensView(generics.ListAPIView[PersonalToken]):
    """The signed-in person's tokens."""

    permission_classes = [InTheBrowser]
    serializer_class = TokenOutput
    queryset = PersonalToken.objects.none()

    def get_queryset(self) -> QuerySet[PersonalToken]:
        """Only the person's own."""
        return tokens_for(signed_in(self.request))

    @extend_schema(request=TokenInput, responses={201: NewTokenOutput})
    def post(self, request: Request) -> Response:
        """Make a token; its key is in this answer and nowhere else."""
        data = TokenInput(data=request.data)
        data.is_valid(raise_exception=True)
        token, key = create_token(user=signed_in(request), **data.validated_data)
        return Response({**TokenOutput(token).data, "key": key}, status=201)


@extend_schema_view(delete=extend_schema(responses={204: None}))
class TokenView(generics.GenericAPIView[PersonalToken]):
    """One of the signed-in person's tokens."""

    permission_classes = [InTheBrowser]
    serializer_class = TokenOutput
    queryset = PersonalToken.objects.none()

    def get_queryset(self) -> QuerySet[PersonalToken]:
        """Only the person's own."""
        return tokens_for(signed_in(self.request))

    def delete(self, request: Request, pk: int) -> Response:
        """Withdraw a token."""
        withdraw_token(token=self.get_object(), by=signed_in(request))
        return Response(status=204)


class TokenRulesView(APIView):
    """What a new token may be like."""

    permission_classes = [InTheBrowser]

    @extend_schema(responses=TokenRulesOutput)
    def get(self, request: Request) -> Response:
        """The scopes that the person's roles have a use for, and how long a token may last."""
        actions = signed_in(request).actions
        scopes = [
            {"value": scope.value, "title": scope.label}
            for scope, needed in SCOPE_ACTIONS.items()
            if needed & actions
        ]
        rules = {"scopes": scopes, "days": settings.TOKEN_DAYS, "max_days": settings.TOKEN_MAX_DAYS}
        return Response(TokenRulesOutput(rules).data)
