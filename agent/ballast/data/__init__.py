"""Recorded market data from files and archives, checked on the way in."""
