"""Shapes of accounts' requests and answers."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import PersonalToken, User
from accounts.roles import Role
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

    class Meta:
        model = User
        fields = ["id", "username", "full_name", "roles", "actions"]
        read_only_fields = fields

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(choices=ACTIONS)))
    def get_actions(self, user: User) -> list[str]:
        """All actions of the person's roles, sorted."""
        return sorted(user.actions)


class SessionOutput(serializers.Serializer[dict[str, Any]]):
    """Who is signed in, and what kind of site this is."""

    user = SignedInOutput(allow_null=True)
    demo = serializers.BooleanField()
    one_person_site = serializers.BooleanField()


class PreferencesBody(serializers.Serializer[dict[str, Any]]):
    """View settings and keys by name; a change with null drops one."""

    values = serializers.DictField(child=serializers.JSONField(allow_null=True))


class TokenInput(serializers.Serializer[dict[str, Any]]):
    """A name for a new token, and when it ends."""

    name = serializers.CharField(max_length=100)
    expires_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class TokenOutput(serializers.ModelSerializer[PersonalToken]):
    """A token without its key."""

    class Meta:
        model = PersonalToken
        fields = ["id", "name", "prefix", "created_at", "last_used_at", "expires_at"]
        read_only_fields = fields


class NewTokenOutput(TokenOutput):
    """A new token with its key, shown this once."""

    key = serializers.CharField(read_only=True)

    class Meta(TokenOutput.Meta):
        fields = [*TokenOutput.Meta.fields, "key"]
        read_only_fields = fields
