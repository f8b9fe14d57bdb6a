"""What people may see of reviews."""
