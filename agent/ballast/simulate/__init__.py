"""Worlds to run in: price and fee paths, oracle rounds, an arbitrageur and a liquidator.

Deterministic per seed.
"""
