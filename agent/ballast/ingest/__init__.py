"""Stage 1: what a quorum of providers says about one block."""
