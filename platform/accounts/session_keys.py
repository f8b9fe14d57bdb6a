"""What the browser's session remembers of a sign-in. Times are seconds since 1970."""

STARTED = "started_at"  # written at sign-in
SEEN = "seen_at"
AWAITING_CODE = "awaiting_code"  # {"user", "by", "at"}: the password was right, the code is still missing
SECOND_FACTOR = "second_factor"  # true once a code was given in this session
NEW_SECRET = "new_second_factor"  # noqa: S105 - encrypted; of an app that is being set up
CONFIRMED_AT_PROVIDER = "fresh_at_provider"  # {"user", "at"}: who signed in there anew, and when
