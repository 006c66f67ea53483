"""``mrsite magnets``: the catalogue, a magnet's card, magnets side by side, a fit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from mrsite.magnets import MagnetModel

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="The catalogue of magnets; a model from published data.",
)


@app.callback(invoke_without_command=True)
def magnets(context: typer.Context) -> None:
    """List the catalogue, where no sub-command is named."""
    if context.invoked_subcommand is None:
        from mrsite.magnets import catalogue_rows

        rows = catalogue_rows()
        header = ("id", "B0 T", "0.5 mT axial x radial m", "evidence", "field model")
        _table("", header, [_listed(row) for row in rows])
        missing = sum(not row["modelled"] for row in rows)
        print(
            f"{len(rows)} magnets, {missing} of them without a field model: "
            "`mrsite magnets show ID` says what to ask the vendor for"
        )


@app.command()
def show(
    magnet: str = typer.Argument(..., metavar="ID", help="Catalogue id or path of a magnet file."),
    levels: str = typer.Option("0.5,1,3,5,20", help="Lines to tabulate, mT."),
    out: Path | None = typer.Option(None, "-o", "--out", help="Write the card with its figures as one HTML page."),
) -> int:
    """Print a magnet's card: data with sources, lines with their band, fit quality."""
    from mrsite.cli.parse import numbers
    from mrsite.magnets import load_model
    from mrsite.magnets.card import card_of

    card = card_of(load_model(magnet), numbers(levels, "--levels"))
    if out is not None:
        _write_cards(out, [load_model(magnet)])
    _print_card(card)
    if out is not None:
        print(f"wrote {out}")
    return 0


@app.command()
def compare(
    magnets: list[str] = typer.Argument(..., metavar="A B C", help="Catalogue ids or paths of magnet files."),
    levels: str = typer.Option("0.5,1,3,5,20", help="Lines to tabulate, mT."),
    out: Path | None = typer.Option(None, "-o", "--out", help="Write the cards with their figures as one HTML page."),
) -> int:
    """Set magnets side by side: how far each line reaches, with its band."""
    from mrsite.cli.parse import numbers
    from mrsite.magnets import load_model
    from mrsite.magnets.card import comparison

    models = [load_model(reference) for reference in magnets]
    header, rows = comparison(models, numbers(levels, "--levels"))
    if out is not None:
        _write_cards(out, models)
    _table("", header, rows)
    print("Band of ensemble and site-to-site spread in brackets, rounded outwards; the earth's field is not in it.")
    if out is not None:
        print(f"wrote {out}")
    return 0


@app.command()
def fit(
    data: Path = typer.Argument(..., metavar="DATA.toml", help="A magnet file with its published figures."),
    out: Path | None = typer.Option(
        None, "-o", "--out", help="Model file to write; default: DATA-model.toml beside it."
    ),
    seed: int = typer.Option(1, help="The same seed gives the same bytes."),
    members: int = typer.Option(50, min=1, max=1000, help="Designs in the ensemble."),
) -> int:
    """Fit windings and an ensemble of equally good magnets to published figures."""
    from mrsite.base.files import write_file
    from mrsite.cli.progress import bar
    from mrsite.magnets import fit as fit_windings
    from mrsite.magnets import write_model
    from mrsite.magnets.card import card_of

    with bar(f"fitting {data.name}") as tell:
        model = fit_windings(data, seed=seed, members=members, progress=lambda share: tell("designs", share))
    target = out or data.with_name(f"{data.stem}-model.toml")
    # A file may be fitted in place: its figures are written back with the windings.
    inputs = [data] if target.resolve() != data.resolve() else []
    write_file(target, write_model(model).encode(), inputs=inputs)
    _print_card(card_of(model, (0.5, 3.0)))
    print(f"wrote {target}")
    return 0


def _listed(row: dict[str, Any]) -> list[str]:
    half = (
        f"{row['axial_0p5mT_m']:g} x {row['radial_0p5mT_m']:g}"
        if row["axial_0p5mT_m"] is not None and row["radial_0p5mT_m"] is not None
        else ""
    )
    if not row["modelled"]:
        kind = "none"
    elif row["same_as"]:
        kind = f"that of {row['same_as']}"
    elif row["members"]:
        kind = f"fitted, {row['members']} members"
    else:
        kind = "windings given"
    if row["defaults_used"]:
        kind += ", class dimensions"
    return [row["id"], "" if row["B0_T"] is None else f"{row['B0_T']:g}", half, row["grade"], kind]


def _write_cards(out: Path, models: Sequence[MagnetModel]) -> None:
    """Write cards as one page; before anything is said, so that a pipe that closes early loses no file."""
    from mrsite.base.files import write_file
    from mrsite.outputs.magnet_card import card_page

    write_file(out, card_page(models).encode())


def _print_card(card: Any) -> None:
    print(card.title)
    for line in card.warnings:
        print(f"! {line}")
    _table("", ("fact", "value", "evidence", "source"), [[r.name, r.value, r.grade, r.source] for r in card.rows])
    if card.lines:
        _table("Lines (m from the isocentre, band in brackets)", card.line_header, card.lines)
    if card.residuals:
        _table("Fit: figure by figure", card.residual_header, card.residuals)
    for line in card.notes:
        print(f"- {line}")


def _table(title: str, header: Any, rows: Any) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from mrsite.base.text import inert

    table = Table(title=Text(title) if title else None, title_justify="left", box=box.SIMPLE_HEAD)
    for name in header:
        table.add_column(Text(inert(str(name))), overflow="fold")
    for row in rows:
        table.add_row(*[Text(inert(str(value), 400)) for value in row])
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=200)
    console.print(table)
