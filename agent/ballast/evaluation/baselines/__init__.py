"""Rivals of the forecaster, one module each, all behind `ballast.risk.forecaster.Forecaster`."""
