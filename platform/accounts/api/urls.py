"""Addresses of accounts under /api/."""

from django.urls import path

from accounts.api import openapi  # noqa: F401 - registers itself
from accounts.api.people import PeopleView
from accounts.api.preferences import PreferencesView
from accounts.api.session import SessionView
from accounts.api.tokens import TokensView, TokenView

urlpatterns = [
    path("session/", SessionView.as_view(), name="session"),
    path("me/preferences/", PreferencesView.as_view(), name="preferences"),
    path("users/", PeopleView.as_view(), name="users"),
    path("tokens/", TokensView.as_view(), name="tokens"),
    path("tokens/<int:pk>/", TokenView.as_view(), name="token"),
]
