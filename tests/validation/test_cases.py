"""The case runner: what it understands is right, what it does not understand is never passed."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mrsite.base.data import data_folder
from mrsite.base.errors import InputError
from mrsite.validation import format_table, run_case_file
from mrsite.validation.grammar import NotUnderstood, Words, tolerance

SHIPPED = data_folder("validation") / "quench.csv"
HEAD = "case,quantity,inputs,value,unit,tolerance,basis\n"


def run(tmp_path: Path, *lines: str):
    file = tmp_path / "cases.csv"
    file.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    return run_case_file(file)


def test_every_shipped_case_passes():
    table = run_case_file(SHIPPED)
    assert len(table.rows) == 147
    bad = [(r.line, r.id, r.verdict, r.why, r.computed, r.wanted) for r in table.rows if r.verdict != "pass"]
    assert not bad
    assert table.exit_status == 0


def test_the_public_cases_pass_too(shared):
    table = run_case_file(shared / "facts" / "quench_cases.csv")
    assert table.count("pass") == len(table.rows) == 147


def test_no_value_is_right_by_being_read(tmp_path):
    """Move every wanted value of the file by 20 %: no row with a tolerance below 15 % may still pass."""
    with SHIPPED.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    kept = [r for r in rows if not r["case"].startswith(("plume", "route_A_transient"))]
    for row in kept:
        row["value"] = repr(float(row["value"]) * 1.2)
    path = tmp_path / "moved.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(kept)
    table = run_case_file(path)
    assert table.count("miss") == len(kept)
    assert table.exit_status == 1


ROUTE = "T_in=10 K;mdot=2 kg/s;p_amb=101325 Pa;heat={};route=pipe D=0.2 L=10 rise_per_m=0 eps=4.5e-05"


@pytest.mark.parametrize(
    ("quantity", "inputs", "why"),
    [
        ("density", "p=101325 Pa;T=10 K;colour=blue", "not understood"),
        ("density", "p=101325 Pa;T=10 m", "unit of length"),
        ("density", "p=101325 Pa", "p and T"),
        ("dp_in_to_ambient", ROUTE.format("lukewarm"), "heat of the wall"),
        ("dp_in_to_ambient", ROUTE.format("adiabatic") + " | widget K=1", "not known"),
        ("dp_in_to_ambient", ROUTE.format("adiabatic") + " | fit D=0.2", "K is not given"),
        ("dp_in_to_ambient", ROUTE.format("adiabatic") + " colour=3", "not understood"),
        ("dp_in_to_ambient", ROUTE.format("adiabatic") + ";t=9 s", "transient"),
        ("dp_in_to_ambient", ROUTE.format("adiabatic").replace("mdot=2 kg/s;", ""), "mdot is not given"),
        ("flux_capacitance", "p=101325 Pa", "not known"),
        ("O2_exhaust", "V=120 m3;R=0.2 m3/s;Q=0.5 m3/s;t=120 s", "extracting"),
        ("O2_18_s", "mdot=2 kg/s;D=0.2 m;T0=40 K", "elevation"),
        ("O2_18_speed", "mdot=2 kg/s;D=0.2 m;T0=40 K;vertical", "not known"),
    ],
)
def test_what_is_not_understood_is_not_run(tmp_path, quantity, inputs, why):
    table = run(tmp_path, f'c,{quantity},"{inputs}",1,-,1%,x')
    assert table.rows[0].verdict == "not-run"
    assert why in table.rows[0].why
    assert table.exit_status == 1
    assert "1 not run" in table.summary


@pytest.mark.parametrize(("column", "text"), [("unit", "furlong"), ("tolerance", "about right"), ("value", "many")])
def test_an_odd_unit_tolerance_or_value_is_not_run(tmp_path, column, text):
    row = {"value": "5.02043", "unit": "kg/m3", "tolerance": "0.2%", column: text}
    table = run(tmp_path, f"c,density,p=101325 Pa;T=10 K,{row['value']},{row['unit']},{row['tolerance']},x")
    assert table.rows[0].verdict == "not-run"


def test_units_are_converted_both_ways(tmp_path):
    table = run(
        tmp_path,
        "a,density,p=1.01325 bar;T=-263.15 degC,5.02043,kg/m3,0.01%,x",
        "b,dp_in_to_ambient,T_in=10 K;mdot=2000 g/s;p_amb=1 atm;heat=adiabatic;route=pipe D=200 mm L=10 "
        "m,9.13,mbar,2%,x",
        "c,handle_force,dp=1.25 mbar;leaf 1.2 m x 2.1 m hinged,157.5,N,0.1%,x",
        "d,dp,T_in=10 K;mdot=2 kg/s;p_amb=101325 Pa;heat=adiabatic;route=pipe D=0.2 L=10 eps=4.5e-05,289.2,Pa,1%,x",
    )
    assert table.rows[0].verdict == "pass"
    assert table.rows[2].verdict == "pass"
    assert table.rows[1].computed * 100 == pytest.approx(table.rows[3].computed, rel=1e-9)


def test_rows_of_one_case_share_what_a_row_leaves_out(tmp_path):
    lines = (
        "leak,R_spill,mdot=3 kg/s;T_room=293.15 K,18.038,m3/s,0.3%,x",
        "{},O2_no_ventilation,V=120 m3;t=5 s;C0=0.2095;isothermal well mixed,0.0988,mole fraction,0.5%,x",
    )
    together = run(tmp_path, lines[0], lines[1].format("leak"))
    assert [r.verdict for r in together.rows] == ["pass", "pass"]
    apart = run(tmp_path, lines[0], lines[1].format("other"))
    assert apart.rows[1].verdict == "not-run"


def test_changes_of_bore_and_choking_in_a_route(tmp_path):
    base = "T_in=293.15 K;mdot=2 kg/s;p_amb=101325 Pa;heat=adiabatic;route="
    table = run(
        tmp_path,
        f"a,choked,{base}pipe D=0.1 L=5 | pipe D=0.2 L=5,1,-,exact,x",
        f"b,choked,{base}pipe D=0.1 L=5 | expand D1=0.1 D2=0.2 | pipe D=0.2 L=5,1,-,exact,x",
        f"c,choked,{base}pipe D=0.3 L=5,0,-,exact,x",
        f"d,M_exit,{base}pipe D=0.3 L=5;expect CHOKED (M=1) at outlet,1,-,0.5%,x",
        f"e,p_inlet,{base}pipe D=0.1 L=5;expect CHOKED (M=1) at outlet,306057,Pa,1%,x",
    )
    assert [r.verdict for r in table.rows] == ["pass", "pass", "pass", "miss", "pass"]


def test_a_refusal_that_is_wanted_passes_and_one_that_is_not_misses(tmp_path):
    table = run(
        tmp_path,
        "a,error,T_in=4.224 K;p=101325 Pa saturated liquid or quality below 1 at the inlet,1,InputError,exact,x",
        "b,error,T_in=10 K;p=101325 Pa,1,InputError,exact,x",
        "c,density,p=101325 Pa;T=4.0 K,125,kg/m3,1%,x",
    )
    assert [r.verdict for r in table.rows] == ["pass", "miss", "miss"]
    assert "two-phase" in table.rows[2].why


def test_the_table_as_text(tmp_path):
    table = run(tmp_path, "a,density,p=101325 Pa;T=10 K,5.02043,kg/m3,0.2%,x", "b,density,p=1 Pa;x,1,-,1%,x")
    text = format_table(table)
    assert "5.02043" in text
    assert text.splitlines()[-1] == "2 rows: 1 pass, 0 miss, 1 not run"
    assert "line 3:" in text


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "column 'case'"),
        (b"case,quantity\na,b\n", "column 'inputs'"),
        (HEAD.encode(), "no rows"),
        (b"\xff\xfe\x00bad", "UTF-8"),
    ],
)
def test_a_file_that_is_no_case_file_is_refused(tmp_path, content, word):
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=word):
        run_case_file(path)
    with pytest.raises(InputError, match="no case file"):
        run_case_file(tmp_path / "absent.csv")


def test_tolerances():
    assert tolerance("2%").holds(1.019, 1.0)
    assert not tolerance("2%").holds(1.021, 1.0)
    assert tolerance("0.01").holds(221.729, 221.72)
    assert not tolerance("0.01").holds(221.74, 221.72)
    assert not tolerance("exact").holds(400.001, 400)
    assert not tolerance("2%").holds(float("nan"), 1.0)
    with pytest.raises(NotUnderstood):
        tolerance("about")


WORD = st.sampled_from(
    [
        "p=101325 Pa",
        "T=10 K",
        "mdot=2 kg/s",
        "D=0.2 m",
        "L=5 m",
        "heat=adiabatic",
        "route=pipe D=0.2 L=1",
        "V=120 m3",
        "t=5 s",
        "adiabatic",
        "vertical",
        "T_in=10 K",
        "T_room=T_wall=293.15 K",
        "saturated liquid",
        "=;=",
        "p=",
        "K=-1",
        "Q=1 m3/s extracting",
        "elevation_angle=-90 deg",
        "route=|",
        "route=fit",
        "L=1e400 m",
        "gamma=5/0",
    ]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    quantity=st.sampled_from(
        ["density", "dp_in_to_ambient", "O2", "O2_18_s", "T_out", "p2", "error", "outflow", "b_at_9m", "limit"]
    ),
    words=st.lists(WORD, max_size=6),
)
def test_no_row_breaks_the_run(tmp_path, quantity, words):
    file = tmp_path / "fuzz.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(HEAD.strip().split(","))
        writer.writerow(["c", quantity, ";".join(words), "1", "-", "1%", "x"])
    assert run_case_file(file).rows[0].verdict in ("pass", "miss", "not-run")


def test_words_take_a_chain_of_keys_one_by_one():
    words = Words("T_room=T_wall=293.15 K;rest")
    assert words.number("T_room", dimension="temperature") == 293.15
    assert words.number("T_wall", dimension="temperature") == 293.15
    assert words.left.strip(" ;") == "rest"
    with pytest.raises(NotUnderstood, match="rest"):
        words.finish()


def test_the_reference_page_lists_every_quantity_and_every_piece():
    from mrsite.validation.quench import handlers

    page = (Path(__file__).parents[2] / "docs" / "reference" / "case-files.md").read_text(encoding="utf-8")
    words = set(re.findall(r"[A-Za-z_][\w.]*", page))
    assert set(handlers()) - words == set()
    for piece in ("pipe", "hose", "fit", "bend", "mesh", "hood", "expand", "contract"):
        assert piece in words
