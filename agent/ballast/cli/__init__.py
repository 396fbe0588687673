"""The command ``ballast``."""
