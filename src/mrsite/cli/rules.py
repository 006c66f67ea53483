"""``mrsite rules``: the rules, and for each whether it is computed, attested or out of reach."""

from __future__ import annotations

import typer


def rules(
    pack: str | None = typer.Argument(
        None,
        metavar="[PACK]",
        help="A pack with all that it extends: uk, usa, italy, ... or a path. Default: every pack.",
    ),
    kinds: bool = typer.Option(False, "--kinds", help="Only list the kinds of rule that checks decide."),
) -> int:
    """Show the rules with their source, how far it was read, and which check decides them."""
    from mrsite.base.text import inert
    from mrsite.checks import registry
    from mrsite.checks.rules_report import counts, rule_rows

    if kinds:
        for kind, check in sorted(registry.kinds().items()):
            print(f"{kind:24} {check}")
        return 0
    rows = rule_rows(pack)
    for name in dict.fromkeys(row.pack for row in rows):
        print(f"\n{name}")
        for row in (r for r in rows if r.pack == name):
            decided = f" by {row.decided_by}" if row.reach == "computed" else ""
            limit = f" [{row.limit}]" if row.limit else ""
            print(f"  {row.id:12} {row.reach}{decided}; {row.severity}, {row.grade}{limit}")
            print(f"               {inert(row.wording, 400)}")
            if row.why:
                print(f"               ({inert(row.why, 300)})")
            print(f"               {inert(f'{row.document}, {row.edition}, {row.section}', 300)}")
    print(f"\n{counts(rows)}")
    return 0
