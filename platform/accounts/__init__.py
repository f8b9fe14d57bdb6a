"""People: users, roles and what they may do, sign-in, personal tokens."""
