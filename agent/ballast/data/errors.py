"""What goes wrong with market data, as a part of Ballast's tree of errors."""

from __future__ import annotations

from ballast.domain.errors import BallastError


class DataError(BallastError):
    """Market data cannot be read, fetched or stored; the message names file or address, and the reason."""
