"""Forecast of trouble: how likely a position's health factor falls below a level within one and six hours.

Pure: no clock, network or file is touched except the weights that ship inside this package.
The public interface is `ballast.risk.model`.
"""
