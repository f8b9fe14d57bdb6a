"""What a person may see of inference, and what can be said about it without changing anything."""
