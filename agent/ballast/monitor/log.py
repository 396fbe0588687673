"""Lines for people and programs: one JSON object a line on standard output.

The ``tick`` line is an interface: who drives a replica waits for the line of a block before mining the next.
"""

from __future__ import annotations

import sys
from typing import TextIO

import structlog
from structlog.typing import FilteringBoundLogger

JSON, TEXT = "json", "text"


def open_log(style: str, stream: TextIO | None = None) -> FilteringBoundLogger:
    """A logger that writes to ``stream`` (standard output unless given), flushed line by line.

    Raises:
        ValueError: the style is neither ``json`` nor ``text``.
    """
    if style not in (JSON, TEXT):
        raise ValueError(f"the log format is '{style}', allowed are '{JSON}' and '{TEXT}'")
    target = sys.stdout if stream is None else stream
    processors: list[structlog.typing.Processor] = [structlog.processors.add_log_level]
    if style == JSON:
        processors.append(structlog.processors.JSONRenderer())
    else:
        processors += [
            structlog.processors.TimeStamper(fmt="%H:%M:%S"),
            structlog.dev.ConsoleRenderer(colors=False),
        ]
    logger: FilteringBoundLogger = structlog.wrap_logger(
        structlog.PrintLogger(target),
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger("info"),
        cache_logger_on_first_use=True,
    )
    return logger
