"""Invitations: sending once more and withdrawing, and the invited person's own page."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.permissions import CHANGES_PEOPLE
from accounts.api.requests import signed_in
from accounts.models import Invitation
from accounts.roles import Role
from accounts.selectors.people import invitations_for
from accounts.services.invitations import (
    Invited,
    accept_invitation,
    open_invitation,
    renew_invitation,
    send_invitation,
    withdraw_invitation,
)
from core.api.requests import parse
from core.errors import NotFound


class InvitationInput(serializers.Serializer[Any]):
    """Whom to invite; without an e-mail address the link is handed over."""

    email = serializers.EmailField(allow_blank=True, default="", max_length=254)
    full_name = serializers.CharField(allow_blank=True, default="", max_length=150)
    roles = serializers.ListField(
        child=serializers.ChoiceField(choices=Role.choices), allow_empty=False, max_length=len(Role)
    )


class InvitedOutput(serializers.Serializer[Any]):
    """What became of an invitation."""

    person = serializers.IntegerField()
    email = serializers.CharField(allow_blank=True)
    expires_at = serializers.DateTimeField()
    sent = serializers.BooleanField(help_text="Whether the link went out by e-mail.")
    link = serializers.CharField(
        allow_null=True, help_text="To be handed over, where no e-mail went out; it is not shown again."
    )


class KeyInput(serializers.Serializer[Any]):
    """The key in an invitation's link."""

    key = serializers.CharField(max_length=200, trim_whitespace=False)


class AcceptInput(KeyInput):
    """How the invited person wants to sign in."""

    username = serializers.CharField(max_length=150)
    full_name = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=1000, trim_whitespace=False, write_only=True)


class OpenInvitationOutput(serializers.Serializer[Any]):
    """What the invited person is told."""

    email = serializers.CharField(source="person.email", allow_blank=True)
    full_name = serializers.CharField(source="person.get_full_name", allow_blank=True)
    roles = serializers.ListField(source="person.roles", child=serializers.ChoiceField(choices=Role.choices))
    expires_at = serializers.DateTimeField()


class AcceptedOutput(serializers.Serializer[Any]):
    """The name that the person signs in with from now on."""

    username = serializers.CharField()


class PersonInvitationView(APIView):
    """A person's open invitation."""

    permission_classes = CHANGES_PEOPLE

    @extend_schema(request=None, responses=InvitedOutput)
    def post(self, request: Request, pk: int) -> Response:
        """Send it once more, with a new link; the old one no longer works."""
        invited = renew_invitation(invitation=_invitation_of(request, pk), by=signed_in(request))
        return Response(invited_answer(request, invited))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Withdraw it; the person leaves the list."""
        withdraw_invitation(invitation=_invitation_of(request, pk), by=signed_in(request))
        return Response(status=204)


class OpenInvitationView(APIView):
    """Looking at an invitation with its key."""

    authentication_classes = []
    permission_classes = [AllowAny]

    @extend_schema(request=KeyInput, responses=OpenInvitationOutput, auth=[])
    def post(self, request: Request) -> Response:
        """Say who is invited; the key is in the body, so that no log of addresses keeps it."""
        invitation = open_invitation(parse(KeyInput, request.data)["key"])
        return Response(OpenInvitationOutput(invitation).data)


class AcceptInvitationView(APIView):
    """Answering an invitation."""

    authentication_classes = []
    permission_classes = [AllowAny]

    @extend_schema(request=AcceptInput, responses={201: AcceptedOutput}, auth=[])
    def post(self, request: Request) -> Response:
        """Choose name and password; then the person signs in with them."""
        person = accept_invitation(**parse(AcceptInput, request.data))
        return Response(AcceptedOutput({"username": person.username}).data, status=201)


def invited_answer(request: Request, invited: Invited) -> dict[str, Any]:
    """Send the link if it can be sent, and say what became of it."""

    def link(key: str) -> str:
        return request.build_absolute_uri(f"/invitation#{key}")  # browsers send no fragment to servers

    sent = send_invitation(invited=invited, link=link)
    invitation = invited.invitation
    told = {
        "person": invitation.person_id,
        "email": invitation.person.email,
        "expires_at": invitation.expires_at,
        "sent": sent,
        "link": None if sent else link(invited.key),
    }
    return dict(InvitedOutput(told).data)


def _invitation_of(request: Request, person: int) -> Invitation:
    invitation = invitations_for(signed_in(request)).filter(person=person).first()
    if invitation is None:
        raise NotFound("This person has no open invitation.")
    return invitation
