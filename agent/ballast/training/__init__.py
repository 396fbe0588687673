"""Training of forecasters from recorded bars, and the registry of what was trained."""
