"""The command and its sub-commands, one module each."""

from __future__ import annotations

import typer

from mrsite.cli import (
    assess,
    compare,
    diff,
    field,
    lifecycle,
    magnets,
    new,
    overlay,
    plan_diff,
    review,
    robustness,
    rooms,
    rules,
    search,
    survey,
    sweep,
    validate,
    vent,
    verify,
)

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help=(
        "MRI site design: a magnet's fringe field on an architect's floor plan, checked against cited guidance.\n\n"
        "Start with: mrsite new DIR --example district-hospital, then mrsite assess DIR/site.toml -o out. "
        "A quick look without a site file: mrsite overlay PLAN.dxf --magnet ID --at X,Y --bearing DEG. "
        "Results say of each finding whether it passes; none says that a site is safe."
    ),
)

app.command(name="assess")(assess.assess)
app.command(name="overlay")(overlay.overlay)
app.command(name="new")(new.new)
app.command(name="rooms")(rooms.rooms)
app.add_typer(magnets.app, name="magnets")
app.command(name="field")(field.field)
app.command(name="vent")(vent.vent)
app.command(name="compare")(compare.compare)
app.command(name="sweep")(sweep.sweep)
app.command(name="search")(search.search)
app.command(name="robustness")(robustness.robustness)
app.command(name="lifecycle")(lifecycle.lifecycle)
app.command(name="survey")(survey.survey)
app.command(name="review")(review.review)
app.command(name="diff")(diff.diff)
app.command(name="plan-diff")(plan_diff.plan_diff)
app.command(name="rules")(rules.rules)
app.command(name="validate")(validate.validate)
app.command(name="verify")(verify.verify)


@app.callback(invoke_without_command=True)
def top(version: bool = typer.Option(False, "--version", help="Print the version and leave.", is_eager=True)) -> None:
    """Say the version where it is asked for."""
    if version:
        from mrsite.base.data import version as installed

        print(f"mrsite {installed()}")
        raise typer.Exit
