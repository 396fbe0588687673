"""Stage 11 and the lines that people and programs read while the agent runs."""
