"""The app on a person's telephone."""

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value


class App:
    """An authenticator app: knows the secret, and the time, which a test may move on."""

    def __init__(self, secret: str, clock: list[float]) -> None:
        self.secret, self._clock = secret, clock

    def code(self, *, half_minutes: int = 0) -> str:
        counter = int(self._clock[0]) // 30 + half_minutes
        return str(format_hotp_value(hotp_value(self.secret, counter)))

    def wait(self) -> None:
        """Let the app show its next code."""
        self._clock[0] += 30
