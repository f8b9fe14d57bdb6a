"""Shapes of accounts' requests and answers."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import PersonalToken, User
from accounts.roles import Role
from accounts.scopes import Scope
from accounts.selectors.identity import ConfirmBy, confirm_by
from core.actions import Action

ACTIONS = [action.value for action in Action]


class SignInInput(serializers.Serializer[dict[str, Any]]):
    """A name and a password."""

    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=1000, trim_whitespace=False, write_only=True)


class PersonOutput(serializers.ModelSerializer[User]):
    """A person on a list."""

    full_name = serializers.CharField(source="get_full_name", read_only=True)
    roles = serializers.ListField(child=serializers.ChoiceField(choices=Role.choices), read_only=True)

    class Meta:
        model = User
        fields = ["id", "username", "full_name", "roles", "is_active"]
        read_only_fields = fields


class SignedInOutput(serializers.ModelSerializer[User]):
    """The person who is signed in, and what they may do."""

    full_name = serializers.CharField(source="get_full_name", read_only=True)
    roles = serializers.ListField(child=serializers.ChoiceField(choices=Role.choices), read_only=True)
    actions = serializers.SerializerMethodField()
    confirm_by = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = ["id", "username", "full_name", "roles", "actions", "confirm_by"]
        read_only_fields = fields

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(choices=ACTIONS)))
    def get_actions(self, user: User) -> list[str]:
        """All that the person may do here and now, sorted."""
        return sorted(action for action in user.actions if user.can(action))

    @extend_schema_field(serializers.ChoiceField(choices=[kind.value for kind in ConfirmBy]))
    def get_confirm_by(self, user: User) -> str:
        """What the person gives once more before they sign something."""
        return confirm_by(user).value


class SessionOutput(serializers.Serializer[dict[str, Any]]):
    """Who is signed in, and what kind of site this is."""

    user = SignedInOutput(allow_null=True)
    demo = serializers.BooleanField()
    one_person_site = serializers.BooleanField()
    code_needed = serializers.BooleanField(
        help_text="The password was right, the second factor's code is next."
    )
    second_factor_due = serializers.BooleanField(help_text="Nothing else goes before one is set up.")
    confirmed = serializers.BooleanField(help_text="They signed in at the provider anew a moment ago.")
    provider = serializers.CharField(
        allow_null=True, help_text="The OpenID provider's name, where there is one."
    )
    idle_minutes = serializers.IntegerField(help_text="A session ends so long after its person's last touch.")


class PreferencesBody(serializers.Serializer[dict[str, Any]]):
    """View settings and keys by name; a change with null drops one."""

    values = serializers.DictField(child=serializers.JSONField(allow_null=True))


class TokenInput(serializers.Serializer[dict[str, Any]]):
    """A name for a new token, what it may do besides reading, and when it ends."""

    name = serializers.CharField(max_length=100)
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=Scope.choices), max_length=len(Scope), default=list
    )
    expires_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class TokenOutput(serializers.ModelSerializer[PersonalToken]):
    """A token without its key."""

    scopes = serializers.ListField(child=serializers.ChoiceField(choices=Scope.choices), read_only=True)

    class Meta:
        model = PersonalToken
        fields = ["id", "name", "prefix", "scopes", "created_at", "last_used_at", "expires_at"]
        read_only_fields = fields


class ScopeOutput(serializers.Serializer[Any]):
    """A part of what a token may do."""

    value = serializers.ChoiceField(choices=Scope.choices)
    title = serializers.CharField()


class TokenRulesOutput(serializers.Serializer[Any]):
    """What the signed-in person's new tokens may be like."""

    scopes = ScopeOutput(many=True, help_text="Those that their roles have a use for.")
    days = serializers.IntegerField(help_text="How long one lasts unless told otherwise.")
    max_days = serializers.IntegerField()


class NewTokenOutput(TokenOutput):
    """A new token with its key, shown this once."""

    key = serializers.CharField(read_only=True)

    class Meta(TokenOutput.Meta):
        fields = [*TokenOutput.Meta.fields, "key"]
        read_only_fields = fields
