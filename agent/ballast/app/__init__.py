"""Composition root: the only place that wires ports to adapters."""
