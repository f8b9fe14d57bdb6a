"""Reviews of what models say: findings judged one by one, decisions agreed, signed and reported."""
