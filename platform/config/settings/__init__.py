"""Settings: base (embedded), production, test."""
