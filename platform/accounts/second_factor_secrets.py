"""Keeps the secrets of second factors encrypted in the database, with a key made from the site's own."""

import base64
from functools import cache

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser

from core.errors import Conflict


class UnreadableSecret(Conflict):
    """The second factor was set up under a SECRET_KEY that is gone."""

    code = "unreadable_second_factor"


class SecretsAdapter(DefaultMFAAdapter):  # type: ignore[misc] # allauth has no types
    """allauth's second factors, encrypted (Fernet: AES-128-CBC with HMAC-SHA256)."""

    def encrypt(self, text: str) -> str:
        """Encrypt under SECRET_KEY."""
        return _ciphers(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Decrypt under SECRET_KEY or one it took the place of. Raises UnreadableSecret."""
        ciphers = _ciphers(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
        try:
            return ciphers.decrypt(encrypted_text.encode()).decode()
        except InvalidToken as error:
            raise UnreadableSecret(
                "Your second factor can't be read any more: the site's key has changed.",
                remedy="Ask an administrator to reset your second factor.",
            ) from error

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        """Name the entry in the authenticator app by the name that the person signs in with."""
        return user.get_username()


@cache
def _ciphers(*secrets: str) -> MultiFernet:
    return MultiFernet([Fernet(_key(secret)) for secret in secrets])


def _key(secret: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"fovea second factors")
    return base64.urlsafe_b64encode(derived.derive(secret.encode()))
