"""Commands of annotations, one per file."""
