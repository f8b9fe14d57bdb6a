"""The job handlers of inference: each calls one service."""
