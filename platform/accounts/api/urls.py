"""Addresses of accounts under /api/."""

from django.urls import path

from accounts.api import openapi  # noqa: F401 - registers itself
from accounts.api.invitations import AcceptInvitationView, OpenInvitationView, PersonInvitationView
from accounts.api.openid import OpenIdCallbackView, OpenIdView
from accounts.api.people import CloseAccountView, OpenAccountView, PeopleView, PersonRolesView
from accounts.api.preferences import PreferencesView
from accounts.api.second_factor import (
    RecoveryCodesView,
    SecondFactorEnrolmentView,
    SecondFactorRemovalView,
    SecondFactorView,
)
from accounts.api.session import SessionCodeView, SessionView
from accounts.api.sign_in_help import SecondFactorResetView, SignInFactsView, UnlockView, UntieOpenIdView
from accounts.api.tokens import TokenRulesView, TokensView, TokenView

urlpatterns = [
    path("session/", SessionView.as_view(), name="session"),
    path("session/code/", SessionCodeView.as_view(), name="session-code"),
    path("session/openid/", OpenIdView.as_view(), name="openid"),
    path("session/openid/callback/", OpenIdCallbackView.as_view(), name="openid-callback"),
    path("me/second-factor/", SecondFactorView.as_view(), name="second-factor"),
    path("me/second-factor/enrolment/", SecondFactorEnrolmentView.as_view(), name="second-factor-enrolment"),
    path("me/second-factor/recovery-codes/", RecoveryCodesView.as_view(), name="recovery-codes"),
    path("me/second-factor/removal/", SecondFactorRemovalView.as_view(), name="second-factor-removal"),
    path("me/preferences/", PreferencesView.as_view(), name="preferences"),
    path("users/", PeopleView.as_view(), name="users"),
    path("people/<int:pk>/roles/", PersonRolesView.as_view(), name="person-roles"),
    path("people/<int:pk>/close/", CloseAccountView.as_view(), name="close-account"),
    path("people/<int:pk>/open/", OpenAccountView.as_view(), name="open-account"),
    path("people/<int:pk>/invitation/", PersonInvitationView.as_view(), name="person-invitation"),
    path("people/<int:pk>/sign-in/", SignInFactsView.as_view(), name="person-sign-in"),
    path("people/<int:pk>/unlock/", UnlockView.as_view(), name="unlock-person"),
    path("people/<int:pk>/second-factor-reset/", SecondFactorResetView.as_view(), name="reset-second-factor"),
    path("people/<int:pk>/openid-untie/", UntieOpenIdView.as_view(), name="untie-openid"),
    path("invitations/open/", OpenInvitationView.as_view(), name="open-invitation"),
    path("invitations/accept/", AcceptInvitationView.as_view(), name="accept-invitation"),
    path("tokens/", TokensView.as_view(), name="tokens"),
    path("tokens/rules/", TokenRulesView.as_view(), name="token-rules"),
    path("tokens/<int:pk>/", TokenView.as_view(), name="token"),
]
