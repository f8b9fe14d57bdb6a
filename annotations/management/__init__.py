"""Commands of annotations."""
