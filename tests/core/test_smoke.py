from accounts.models import User


def test_a_person_has_the_actions_of_the_roles(specialist: User, administrator: User) -> None:
    assert "labels.write" in specialist.actions
    assert "labels.write" not in administrator.actions
