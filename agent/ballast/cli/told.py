"""Errors of Ballast as one sentence on standard error and exit status 1."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import NoReturn, ParamSpec

import typer

from ballast.domain.errors import BallastError

P = ParamSpec("P")


def told(command: Callable[P, None]) -> Callable[P, None]:
    """Turns every error of Ballast into one sentence and exit status 1."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except BallastError as error:
            fail(str(error))

    return wrapped


def fail(sentence: str) -> NoReturn:
    """Ends the command with the sentence and exit status 1."""
    print(sentence, file=sys.stderr)
    raise typer.Exit(1)
