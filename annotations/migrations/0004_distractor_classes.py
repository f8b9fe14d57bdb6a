"""Projects that are there already get the distractor classes, switched off."""

from django.db import migrations

DISTRACTORS = (
    ("DN", "Drusen", "#f2c200", "crossed"),
    ("AR", "Artefact", "#868e96", "level"),
    ("LS", "Laser scar", "#12b5a6", "checked"),
    ("NV", "Neovascularisation", "#ae3ec9", "upright"),
    ("PH", "Preretinal hemorrhage", "#a8324e", "falling"),
)


def add_distractors(apps, schema_editor):
    project_model = apps.get_model("annotations", "Project")
    lesion_class = apps.get_model("annotations", "LesionClass")
    for project in project_model.objects.all():
        last = lesion_class.objects.filter(project=project).order_by("-position").first()
        first_position = last.position + 1 if last else 0
        for offset, (code, name, color, pattern) in enumerate(DISTRACTORS):
            lesion_class.objects.get_or_create(
                project=project,
                code=code,
                defaults={
                    "name": name,
                    "color": color,
                    "pattern": pattern,
                    "enabled": False,
                    "is_distractor": True,
                    "position": first_position + offset,
                },
            )


class Migration(migrations.Migration):
    dependencies = [("annotations", "0003_worklists_and_places")]

    operations = [
        migrations.RunPython(add_distractors, migrations.RunPython.noop),
    ]
