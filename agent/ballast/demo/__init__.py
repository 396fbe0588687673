"""The demo.

Identical positions through a crash and a calm, one of them guarded by a forecast, on a replica of mainnet.
"""
