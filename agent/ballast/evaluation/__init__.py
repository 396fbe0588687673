"""Forecasters held against each other and against what happened."""
