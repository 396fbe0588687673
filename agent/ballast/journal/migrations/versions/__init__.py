"""Schema of the journal, one revision a file."""
