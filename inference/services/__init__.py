"""What changes the state of inference; each service owns its transaction."""
