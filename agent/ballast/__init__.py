"""Ballast keeps leveraged DeFi positions upright.

A vault on chain enforces limits; this package forecasts trouble, proposes the cheapest repair as a signed
decision and proves afterwards what it did and why.
"""

__version__ = "0.1.0"
