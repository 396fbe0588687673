"""Frozen types of Ballast: integer money, observations, decisions. No I/O, no JAX, no clock."""
