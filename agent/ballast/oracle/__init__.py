"""Stage 2: usable prices from what feeds, pools and venues say. Mirrors the vault's own guards."""
