"""Small helpers of the views."""

from typing import Any

from rest_framework.serializers import Serializer


def parse(serializer_class: type[Serializer[Any]], data: Any) -> dict[str, Any]:
    """Return the validated fields of a request. Raises ValidationError (400, code `invalid`)."""
    serializer = serializer_class(data=data)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)
