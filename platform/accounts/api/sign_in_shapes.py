"""Shapes of what concerns signing in, second factors and proofs of identity."""

from typing import Any

from rest_framework import serializers


class CodeInput(serializers.Serializer[dict[str, Any]]):
    """A code of the authenticator app, or a recovery code."""

    code = serializers.CharField(max_length=32)


class ProofInput(serializers.Serializer[dict[str, Any]]):
    """Who one is, once more, by what the session's `confirm_by` says; `provider` needs no field."""

    password = serializers.CharField(
        max_length=1000, trim_whitespace=False, write_only=True, required=False, allow_blank=True, default=""
    )
    code = serializers.CharField(max_length=32, write_only=True, required=False, allow_blank=True, default="")


class EnrolInput(serializers.Serializer[dict[str, Any]]):
    """The first code of the app, and the password where the person has one."""

    code = serializers.CharField(max_length=32)
    password = ProofInput().fields["password"]


class SecondFactorOutput(serializers.Serializer[dict[str, Any]]):
    """The person's own second factor."""

    on = serializers.BooleanField()
    needed = serializers.BooleanField(help_text="Whether one of the person's roles needs it here.")
    since = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True)
    recovery_codes_left = serializers.IntegerField()


class EnrolmentOutput(serializers.Serializer[Any]):
    """What the authenticator app has to know; good until the next one is asked for."""

    secret = serializers.CharField(help_text="Base32, for typing in.")
    address = serializers.CharField(help_text="otpauth://…, what the QR code says.")
    qr_svg = serializers.CharField(help_text="The QR code as an SVG document.")


class RecoveryCodesOutput(serializers.Serializer[dict[str, Any]]):
    """Recovery codes, shown this once."""

    recovery_codes = serializers.ListField(child=serializers.CharField())


class OpenIdInput(serializers.Serializer[dict[str, Any]]):
    """Why one goes to the provider, and where on this site to come back to."""

    purpose = serializers.ChoiceField(choices=["sign_in", "confirm"])
    next = serializers.CharField(max_length=2000, default="/")


class OpenIdOutput(serializers.Serializer[dict[str, Any]]):
    """Where the provider's own sign-in page is."""

    address = serializers.CharField()


class StatedReasonInput(serializers.Serializer[dict[str, Any]]):
    """Why, for the audit log."""

    reason = serializers.CharField(max_length=1000)


class SignInFactsOutput(serializers.Serializer[Any]):
    """What a person signs in with."""

    password = serializers.BooleanField()
    second_factor = serializers.BooleanField()
    at_provider = serializers.BooleanField(help_text="Tied to somebody at the OpenID provider.")
    locked = serializers.BooleanField(help_text="Too many failures; over by itself after some minutes.")
