"""How fast the desk is, beside the plain ways of doing the same: `python -m tests.bench`."""
