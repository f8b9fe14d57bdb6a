"""Addresses of accounts under /api/."""

from django.urls import path

from accounts.api import openapi  # noqa: F401 - registers itself
from accounts.api.invitations import AcceptInvitationView, OpenInvitationView, PersonInvitationView
from accounts.api.people import CloseAccountView, OpenAccountView, PeopleView, PersonRolesView
from accounts.api.preferences import PreferencesView
from accounts.api.session import SessionView
from accounts.api.tokens import TokenRulesView, TokensView, TokenView

urlpatterns = [
    path("session/", SessionView.as_view(), name="session"),
    path("me/preferences/", PreferencesView.as_view(), name="preferences"),
    path("users/", PeopleView.as_view(), name="users"),
    path("people/<int:pk>/roles/", PersonRolesView.as_view(), name="person-roles"),
    path("people/<int:pk>/close/", CloseAccountView.as_view(), name="close-account"),
    path("people/<int:pk>/open/", OpenAccountView.as_view(), name="open-account"),
    path("people/<int:pk>/invitation/", PersonInvitationView.as_view(), name="person-invitation"),
    path("invitations/open/", OpenInvitationView.as_view(), name="open-invitation"),
    path("invitations/accept/", AcceptInvitationView.as_view(), name="accept-invitation"),
    path("tokens/", TokensView.as_view(), name="tokens"),
    path("tokens/rules/", TokenRulesView.as_view(), name="token-rules"),
    path("tokens/<int:pk>/", TokenView.as_view(), name="token"),
]
