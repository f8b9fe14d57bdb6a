"""What correcting an image takes."""

from typing import Any

from rest_framework import serializers

from annotations.states import Eye


class ImageCorrectionInput(serializers.Serializer[Any]):
    """What an image shows; what is not given stays."""

    eye = serializers.ChoiceField(choices=Eye.choices, allow_blank=True, required=False)
    field = serializers.CharField(max_length=40, allow_blank=True, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a request that would change nothing, or something that nobody can change."""
        if others := set(self.initial_data) - set(self.fields):
            raise serializers.ValidationError(
                f"Only eye and field can be corrected, not {', '.join(sorted(others))}."
            )
        if not attrs:
            raise serializers.ValidationError("Give eye or field.")
        return attrs
