"""What administrators do for people who can't sign in."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.people import person_of
from accounts.api.permissions import CHANGES_PEOPLE
from accounts.api.requests import signed_in
from accounts.api.sign_in_shapes import SignInFactsOutput, StatedReasonInput
from accounts.selectors.sign_in import sign_in_facts
from accounts.services.lockout import unlock_person
from accounts.services.openid import untie_openid
from accounts.services.second_factor import reset_second_factor
from core.actions import Action
from core.api.requests import parse
from core.permissions import requires


class SignInFactsView(APIView):
    """A person's ways in."""

    permission_classes = [requires(Action.MANAGE_PEOPLE)]

    @extend_schema(responses=SignInFactsOutput)
    def get(self, request: Request, pk: int) -> Response:
        """Say what the person signs in with, and whether failures lock them out now."""
        return Response(SignInFactsOutput(sign_in_facts(person_of(request, pk))).data)


class UnlockView(APIView):
    """A person locked out by failures."""

    permission_classes = CHANGES_PEOPLE

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, pk: int) -> Response:
        """Let them try again at once."""
        unlock_person(person=person_of(request, pk), by=signed_in(request))
        return Response(status=204)


class SecondFactorResetView(APIView):
    """A person who lost their second factor."""

    permission_classes = CHANGES_PEOPLE

    @extend_schema(request=StatedReasonInput, responses={204: None})
    def post(self, request: Request, pk: int) -> Response:
        """Turn it off and end their sessions. 409 for one's own, and where there is none."""
        person, by = person_of(request, pk), signed_in(request)
        reset_second_factor(person=person, by=by, reason=parse(StatedReasonInput, request.data)["reason"])
        return Response(status=204)


class UntieOpenIdView(APIView):
    """A person whom the OpenID provider knows under a new number."""

    permission_classes = CHANGES_PEOPLE

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, pk: int) -> Response:
        """Let their next sign-in there find them by e-mail address. 409 where they never came that way."""
        untie_openid(person=person_of(request, pk), by=signed_in(request))
        return Response(status=204)
