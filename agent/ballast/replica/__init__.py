"""Mainnet on your desk: unmodified Aave V3.6 and Uniswap V3 at their mainnet addresses, served by anvil.

An extra: it needs a checkout of the repository with its compilers and packages (`make setup`), which the
agent itself never does.
"""
