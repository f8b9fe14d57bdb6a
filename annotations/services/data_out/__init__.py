"""Everything that leaves: exports as jobs, and the formats they come in."""
