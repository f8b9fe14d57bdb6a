"""Entry point of `python -m inference.ml`."""

from inference.ml.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
