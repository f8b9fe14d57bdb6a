"""The job handlers of annotations: each calls one service."""
