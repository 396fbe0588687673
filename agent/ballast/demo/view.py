"""What a person sees while the demo runs: a live page on a terminal, plain lines everywhere else."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from ballast.demo.ledger import Account, Note
from ballast.demo.summary import PathOutcome, dollars, health, places
from ballast.domain.units import UINT256_MAX, WAD
from ballast.simulate.market import BlockResult
from ballast.simulate.path import MarketPath

MODELLED = (
    "Prices are a reconstruction or a model, as the path's label says. "
    "Real: Aave V3.6, Uniswap V3, the vaults, the agent. "
    "Modelled: feeds, arbitrageur, liquidator, base fee, a block a minute, inclusion in the next block."
)
_KEPT_NOTES = 6


class AbstractView(ABC):
    """Told what happens, in order."""

    @abstractmethod
    def stage(self, text: str) -> None:
        """A new part of the run begins."""

    @abstractmethod
    def begin(self, path: MarketPath) -> None:
        """A path begins."""

    @abstractmethod
    def block(
        self, path: MarketPath, result: BlockResult, accounts: Mapping[str, Account], notes: Sequence[Note]
    ) -> None:
        """A block was mined and booked."""

    @abstractmethod
    def end(self, outcome: PathOutcome) -> None:
        """A path is over."""


class PlainView(AbstractView):
    """One line an hour of market time and one for everything that happens."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def stage(self, text: str) -> None:
        """See `AbstractView`."""
        self._console.print(text, highlight=False)

    def begin(self, path: MarketPath) -> None:
        """See `AbstractView`."""
        self._console.print(
            f"{path.name}: {path.label}; {path.steps} blocks, seed {path.seed}", highlight=False
        )

    def block(
        self, path: MarketPath, result: BlockResult, accounts: Mapping[str, Account], notes: Sequence[Note]
    ) -> None:
        """See `AbstractView`."""
        del accounts  # the closing table shows them
        for note in notes:
            self._console.print(
                f"{clock(path, result.step)}  {note.contestant}: {note.text}", highlight=False
            )
        if result.step % 60 == 0 or result.step == path.steps:
            self._console.print(_line(path, result), highlight=False)

    def end(self, outcome: PathOutcome) -> None:
        """See `AbstractView`."""
        self._console.print(closing_table(outcome))


class LiveView(AbstractView):
    """Progress, price, base fee, coloured health factors and the last actions, redrawn in place."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live: Live | None = None
        self._notes: deque[str] = deque(maxlen=_KEPT_NOTES)
        columns = (
            TextColumn("{task.description}"),
            BarColumn(None),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        self._progress = Progress(*columns)

    def stage(self, text: str) -> None:
        """See `AbstractView`."""
        self._console.print(text, highlight=False)

    def begin(self, path: MarketPath) -> None:
        """See `AbstractView`."""
        self._console.print(Text(f"{path.name}: {path.label}", style="bold"))
        self._notes.clear()
        for task in self._progress.task_ids:
            self._progress.remove_task(task)
        self._task = self._progress.add_task(path.name, total=path.steps)
        self._live = Live(console=self._console, refresh_per_second=4, transient=True)
        self._live.start()

    def block(
        self, path: MarketPath, result: BlockResult, accounts: Mapping[str, Account], notes: Sequence[Note]
    ) -> None:
        """See `AbstractView`."""
        self._notes.extend(f"{clock(path, result.step)}  {note.contestant}: {note.text}" for note in notes)
        self._progress.update(self._task, completed=result.step)
        if self._live is not None and (notes or result.step % 5 == 0):
            self._live.update(
                Group(
                    self._progress,
                    Text(_market(path, result)),
                    _positions(result, accounts),
                    *map(Text, self._notes),
                )
            )

    def end(self, outcome: PathOutcome) -> None:
        """See `AbstractView`."""
        if self._live is not None:
            self._live.stop()
            self._live = None
        self._console.print(closing_table(outcome))


def clock(path: MarketPath, step: int) -> str:
    """Market time of a step, UTC."""
    return datetime.fromtimestamp(path.timestamp(step), UTC).strftime("%d %b %H:%M")


_COLUMNS = (
    "",
    "position",
    "start $",
    "end $",
    "lowest HF",
    "liquidated",
    "actions",
    "swap $",
    "gas $",
    "liquidation $",
)


def closing_table(outcome: PathOutcome) -> Table:
    """Everybody's end, best equity first, whoever that is; swap, gas and liquidation are costs."""
    path = outcome.path
    table = Table(title=f"{path.name}: ranking by equity after {path.steps} blocks ({path.label})")
    table.title_justify, table.title_style = "left", "bold"
    for name in _COLUMNS:
        left = name in {"", "position"}
        table.add_column(name, justify="left" if left else "right", no_wrap=left)
    for label, place in places(outcome.accounts).items():
        table.add_row(str(place), label, *_cells(outcome.accounts[label]))
    return table


def _cells(account: Account) -> list[str]:
    return [
        dollars(account.equity_start_wad),
        dollars(account.equity_end_wad),
        health(account.min_health_wad) or "no debt",
        str(len(account.liquidations)),
        str(account.actions) + (f" (+{account.reverted} reverted)" if account.reverted else ""),
        dollars(account.swap_wad),
        dollars(account.gas_wad),
        dollars(account.liquidation_wad),
    ]


def _market(path: MarketPath, result: BlockResult) -> str:
    return (
        f"{clock(path, result.step)}   ETH {result.price_e8 / 10**8:8.2f}   "
        f"oracle {result.oracle_e8 / 10**8:8.2f}   "
        f"base fee {result.base_fee_wei / 10**9:5.0f} gwei   block {result.number}"
    )


def _line(path: MarketPath, result: BlockResult) -> str:
    healths = "  ".join(
        f"{label} {_short(holding.health_wad)}" for label, holding in result.view.holdings.items()
    )
    return f"{_market(path, result)}   {healths}"


def _positions(result: BlockResult, accounts: Mapping[str, Account]) -> Table:
    table = Table(box=None)
    for name in ("position", "health", "equity $", "liquidations", "actions"):
        table.add_column(name, justify="left" if name == "position" else "right")
    for label, account in accounts.items():
        wad = result.view.holdings[label].health_wad
        shown = Text(_short(wad), style=_colour(wad))
        table.add_row(
            label,
            shown,
            dollars(account.equity_end_wad),
            str(len(account.liquidations)),
            str(account.actions),
        )
    return table


def _short(wad: int) -> str:
    return "  -  " if wad == UINT256_MAX else f"{wad / WAD:5.3f}"


def _colour(wad: int) -> str:
    if wad < 11 * WAD // 10:
        return "bold red"
    return "yellow" if wad < 125 * WAD // 100 else "green"
