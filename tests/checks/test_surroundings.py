"""The surroundings of a site with a magnet that has windings: what decides, what only warns, what is said."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from benchmarks.check_sites import department, magnet
from mrsite.base.errors import InputError
from mrsite.base.pose import Pose
from mrsite.base.quantity import Cited
from mrsite.base.toml import validate
from mrsite.checks import exposure, moving_metal, neighbour_scanner, pathways, transients
from mrsite.checks.finding import Finding
from mrsite.fields import Coil
from mrsite.magnets.model import MagnetModel, Published
from mrsite.site.gather import gather
from mrsite.site.load import load_project
from mrsite.site.project import Project, Steel
from mrsite.site.schema import AbsentEntry, MovingMetalEntry, PathwayEntry, SiteFile
from mrsite.site.surroundings import results
from mrsite.site.surroundings.exposure import strong_volumes
from mrsite.site.total_field import total_field
from mrsite.site.variants import document_of

COIL = Coil(0.5, 0.6, -0.5, 0.5, 2.5e6)


def model(**facts: Any) -> MagnetModel:
    return replace(magnet(), **{"coils": (COIL,), **facts})


VOYAGER = model(vendor="GE", model="SIGNA Voyager", id="ge-signa-voyager")


def run(module: Any, project: Project) -> list[Finding]:
    found: list[Finding] = module.check(project, gather(project, total_field(project), module.wants(project)))
    return found


def metal(project_model: MagnetModel = VOYAGER, packs: tuple[str, ...] = ("uk",), **facts: Any) -> Finding:
    entry = MovingMetalEntry(**{"id": "M", "kind": "car", **facts})
    return run(moving_metal, department(packs, model=project_model, moving_metal=(entry,)))[0]


# Which table decides -----------------------------------------------------------------------------


def test_the_magnets_own_vendors_table_decides_and_its_grade_is_read() -> None:
    finding = metal(path=((4.2, 12.0), (4.2, 13.0)))
    assert (finding.rule, finding.status, finding.grade) == ("VEN-GE-05", "pass", "read")
    assert "this model" in finding.message


def test_another_vendors_table_is_borrowed_and_said_so() -> None:
    finding = metal(model(), path=((4.2, 12.0), (4.2, 13.0)))
    assert (finding.rule, finding.status, finding.grade) == ("VEN-GE-05", "pass", "borrowed")
    assert "borrowed" in finding.message
    inside = metal(model(), path=((4.2, 7.0),))
    assert (inside.status, inside.grade) == ("fail", "borrowed")
    assert "vendor for its own table" in (inside.remedy or "")


def test_a_figure_of_the_magnets_own_file_comes_before_all_tables() -> None:
    siting = MappingProxyType({"moving_metal_car": Cited("[3.0, 4.0]", "m", "own siting manual", "read")})
    finding = metal(replace(VOYAGER, siting=siting), path=((4.2, 12.0),), mass_kg=300.0)
    assert finding.rule == "ge-signa-voyager/moving_metal_car"
    assert finding.source == "own siting manual"
    assert finding.margin_m is not None
    assert 5.9 < finding.margin_m < 6.1  # 9.0 m across against 3.0 m


def test_the_model_turns_a_pass_into_a_warning_and_never_a_failure() -> None:
    light = metal(path=((4.2, 8.5), (4.2, 9.0)), mass_kg=800.0, length_m=2.0)
    heavy = metal(path=((4.2, 8.5), (4.2, 9.0)), mass_kg=9000.0, length_m=2.0)
    assert light.status == "pass"
    assert heavy.status == "warn"
    assert "induced-dipole model" in heavy.message


def test_a_lift_without_its_mass_is_not_assessed_and_one_far_away_passes() -> None:
    assert metal(kind="lift", path=((14.0, 3.0),)).status == "not-assessed"
    far = metal(kind="lift", path=((30.0, 3.0),), mass_kg=1200.0, counterweight_kg=1800.0, heights=(0.0, 12.0))
    assert far.status == "pass"
    near = metal(kind="lift", path=((11.0, 3.0),), mass_kg=1200.0, counterweight_kg=1800.0, heights=(0.0, 12.0))
    assert near.status == "warn"


def test_what_was_measured_before_the_magnet_lacks_what_the_magnet_induces() -> None:
    """0.40 uT was measured, under 0.443; the magnet's own field adds more than the rest to a mass near it."""
    facts: dict[str, Any] = {"kind": "lift", "path": ((10.7, 3.0),), "mass_kg": 3000.0, "counterweight_kg": 0.0,
                             "heights": (0.0, 30.0), "measured_uT": 0.40}  # fmt: skip
    near = metal(**facts)
    assert near.status == "warn"
    assert "will add" in near.message
    assert metal(**{**facts, "path": ((40.0, 3.0),)}).status == "pass"


def test_duration_sets_the_limit() -> None:
    facts: dict[str, Any] = {"kind": "train", "path": ((0.0, 60.0), (9.0, 60.0)), "measured_uT": 0.6, "mass_kg": 4e4}
    assert metal(**facts, lasts_s=3.0).status == "pass"
    assert metal(**facts, lasts_s=10.0).status == "fail"
    assert metal(**facts).status == "fail"


def test_steel_above_the_class_of_trolleys_is_judged_as_heavy() -> None:
    assert metal(kind="trolley", path=((4.2, 11.0),), mass_kg=150.0).rule == "VEN-GE-04"
    assert metal(kind="trolley", path=((4.2, 11.0),), mass_kg=400.0).rule == "VEN-GE-07"


def test_the_worst_position_of_a_magnet_that_moves_is_judged() -> None:
    project = department(model=VOYAGER, moving_metal=(MovingMetalEntry(id="M", kind="car", path=((4.2, 12.0),)),))
    parked = run(moving_metal, project)[0]
    rails = replace(project.scanners[0], poses=(*project.scanners[0].poses, Pose((4.2, 8.0, 1.05), 0.0)))
    moved = run(moving_metal, replace(project, scanners=(rails,)))[0]
    assert parked.status == "pass"
    assert moved.status == "fail"


def test_declared_absent_is_attested_and_silence_is_not_assessed() -> None:
    silent = run(moving_metal, department(("vendor",), model=VOYAGER))
    assert silent
    assert {f.status for f in silent} == {"not-assessed"}
    words = [AbsentEntry(kind=k, within_m=100.0, stated_by="estates") for k in ("car", "lorry", "lift", "train", "bed")]
    said = run(moving_metal, department(("vendor",), model=VOYAGER, absent=tuple(words)))
    assert {(f.status, f.basis) for f in said} == {("pass", "attested")}


def test_a_shaft_of_200_positions_with_its_counterweight_takes_less_than_half_a_second() -> None:
    entry = MovingMetalEntry(id="L", kind="lift", path=((9.0, 3.0),), mass_kg=1500.0, counterweight_kg=2200.0,
                             heights=(0.0, 20.0))  # fmt: skip
    project = department(model=VOYAGER, moving_metal=(entry,))
    field, wanted = total_field(project), moving_metal.wants(project)
    results.surroundings(project, field, wanted)  # compiles
    start = time.process_time()
    (found,) = results.surroundings(project, field, wanted).values()
    assert time.process_time() - start < 0.5
    assert len(found.track.positions) == 200
    assert found.model.peak_to_peak_T > 0


# Transients, two magnets, exposure -----------------------------------------------------------------


def test_a_published_envelope_comes_first_and_none_is_said() -> None:
    reach: dict[str, Any] = {"level_T": 0.5e-3, "axial_m": 5.0, "radial_m": 3.0, "lasts_s": 20.0}
    own = Published("transient", "siting manual", "read", note="during a ramp of the magnet", **reach)
    (finding,) = run(transients, department(model=model(published=(own,))))
    assert "ramp" in finding.message
    assert "20 s" in finding.message
    assert finding.grade == "read"
    (strong,) = run(transients, department(model=model(B0_T=7.0)))
    assert strong.status == "not-assessed"


def _two(apart: float, second: float = 1.0, **more: Any) -> Project:
    base = department(model=model(), **more)
    coil = replace(COIL, current_density=second * COIL.current_density)
    pose = Pose((4.2, 3.0 + apart, 1.05), 0.0)
    other = replace(base.scanners[0], id="MR2", magnet=model(coils=(coil,)), poses=(pose,))
    return replace(base, scanners=(*base.scanners, other))


def test_where_the_lines_of_two_magnets_meet_is_known_on_paper() -> None:
    """Two equal dipoles abreast are equal half way: mu_0 m/(4 pi (d/2)^3) there."""
    moment = COIL.current_density * np.pi * (0.6**3 - 0.5**3) / 3 * 1.0
    near = 2 * (1e-7 * moment / 0.3e-3) ** (1 / 3)
    for apart, status in ((near + 0.5, "pass"), (near - 0.3, "fail")):
        finding = run(neighbour_scanner, replace(_two(apart), position_tolerance_m=0.0))[0]
        if status == "pass":  # the band of 10 % from site to site reaches it
            assert finding.status in ("pass", "warn")
        else:
            assert finding.status == "fail"
        assert finding.measured is not None
        assert finding.measured.value * 1e-3 == pytest.approx(1e-7 * moment / (apart / 2) ** 3, rel=0.06)


def test_a_ramp_of_one_is_told_to_the_other_and_polarity_is_named() -> None:
    findings = run(neighbour_scanner, _two(12.0))
    ramp = next(f for f in findings if f.subject == "MR1 on MR2")
    assert "must not scan" in ramp.message
    assert ramp.status == "warn"
    same, opposed = run(neighbour_scanner, _two(7.0))[0], run(neighbour_scanner, _two(7.0, second=-1.0))[0]
    assert "add" in same.message
    assert "partly cancel" in opposed.message


def test_steel_between_two_magnets_is_flagged() -> None:
    steel = Steel("wall", "Ground", (((0.0, 6.0), (9.0, 6.0)),), None, 0.02, None)
    findings = run(neighbour_scanner, _two(7.0, steel=(steel,)))
    assert [f.status for f in findings if f.subject.startswith("steel shared")] == ["warn"]


def test_a_walk_to_the_bore_meets_the_field_of_the_coil() -> None:
    entry = PathwayEntry(kind="staff", **{"from": "CONTROL", "to": "MR1"}, speed_m_s=0.5)
    project = department(model=model(), pathways=(entry,))
    evidence = gather(project, total_field(project), exposure.wants(project))
    (walk,) = evidence.walks.values()
    exact = np.linalg.norm(total_field(project).flux_density(walk.points), axis=1)
    assert walk.field_T == pytest.approx(exact, rel=1e-9)
    assert walk.speed_m_s == 0.5
    step = np.diff(walk.along_m)
    slope = np.linalg.norm(np.diff(total_field(project).flux_density(walk.points), axis=0), axis=1) / step
    assert walk.peak_rate_T_per_s == pytest.approx(0.5 * slope.max(), rel=0.05)
    finding = exposure.check(project, evidence)[0]
    assert finding.status == "pass"
    assert "within 3 s" in finding.message


def test_strong_volumes_are_those_of_the_dipole_far_off() -> None:
    """A small coil: the volume above a level is that of a dipole, less the covers."""
    small = model(coils=(Coil(0.045, 0.055, -0.005, 0.005, 2e9),), bore_diameter_m=0.05, cryostat_diameter_m=0.12,
                  magnet_length_m=0.05)  # fmt: skip
    (volume,) = strong_volumes(small, (1e-3,), 0.01)
    moment = 2e9 * 0.01 * np.pi * (0.055**3 - 0.045**3) / 3
    theta = np.linspace(0, np.pi, 20001)
    r3 = 1e-7 * moment * np.sqrt(1 + 3 * np.cos(theta) ** 2) / 1e-3
    exact = 2 * np.pi / 3 * np.trapezoid(r3 * np.sin(theta), theta)
    body = np.pi * 0.06**2 * 0.05
    assert volume.outside_m3 == pytest.approx(exact - body, rel=0.02)
    assert volume.axial_m == pytest.approx((2e-7 * moment / 1e-3) ** (1 / 3), abs=0.011)


# Ways -----------------------------------------------------------------------------------------------


def way(**facts: Any) -> Finding:
    entry = PathwayEntry(**{"kind": "patient", "from": "CORRIDOR", "to": "SCAN", **facts})
    (finding,) = run(pathways, department(model=model(), pathways=(entry,)))
    return finding


def test_a_patients_way_names_zones_and_lines() -> None:
    finding = way(width_m=0.8)
    assert finding.status == "pass"
    assert "I > II > III > IV" in finding.message
    assert "inside 0.5 mT" in finding.message
    assert finding.location is not None


def test_a_zone_left_out_is_a_warning() -> None:
    entry = PathwayEntry(kind="patient", **{"from": "SCREENING", "to": "SCAN"}, width_m=0.8)
    project = department(model=model(), pathways=(entry,), rooms={"LOBBY": {"zone": None}, "CONTROL": {"zone": None}})
    (finding,) = run(pathways, project)
    assert finding.status == "warn"
    assert "straight into" in finding.message


def test_a_locked_door_bars_the_way_out() -> None:
    entry = PathwayEntry(kind="evacuation", **{"from": "CONTROL", "to": "outside"}, width_m=0.9)
    project = department(model=model(), pathways=(entry,), doors={"D4": {"free_egress": False}})
    (finding,) = run(pathways, project)
    assert finding.status == "fail"
    assert "D4" in finding.message


def test_an_assumed_width_never_fails_and_a_stated_one_does() -> None:
    assert way(kind="bed", width_m=1.3, length_m=2.3).status == "fail"
    wide = department(model=model(), pathways=(PathwayEntry(kind="bed", **{"from": "CORRIDOR", "to": "SCAN"}),),
                      doors={"D4": {"clear_width_m": 1.0}})  # fmt: skip
    (finding,) = run(pathways, wide)
    assert finding.status == "warn"
    assert finding.grade == "assumed"


def test_the_team_of_a_crash_stays_outside_3_mT() -> None:
    assert way(kind="crash-team", width_m=0.9, length_m=1.0, **{"from": "BAY", "to": "SCAN"}).status == "warn"


def test_a_magnet_that_fits_no_door_asks_for_a_panel() -> None:
    finding = way(kind="delivery", **{"from": "outside", "to": "MR1"})
    assert finding.status == "warn"
    assert "panel" in (finding.remedy or "")


# The site file ----------------------------------------------------------------------------------------


def _load(tmp_path: Path, **tables: Any) -> Project:
    data = {"schema": 1, "site": {"name": "t"}, "storey": [{"name": "Ground"}],
            "scanner": [{"id": "MR1", "magnet": "extremity-mgb2-0t5", "isocentre": [0.0, 0.0], "bearing_deg": 0.0}],
            **tables}  # fmt: skip
    document = document_of(data, tmp_path)
    return load_project(validate(SiteFile, document), document)


def test_readings_are_taken_in_when_the_site_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "v.csv").write_text("frequency_Hz,m_s2_rms\n2,0.001\n8,0.002\n")
    (tmp_path / "dc.csv").write_text("time_s;uT\n0;1.5\n1;1.9\n2;1.6\n")
    files = [{"kind": "vibration", "readings": "v.csv"}, {"kind": "dc-change", "readings": "dc.csv"}]
    project = _load(tmp_path, ambient=files)
    assert project.ambient[0].spectrum == ((2.0, 0.001), (8.0, 0.002))
    assert project.ambient[1].value_uT == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ({"moving_metal": [{"id": "a", "kind": "car", "path": [[0, 0]], "storey": "Grund"}]}, "did you mean 'Ground'"),
        ({"ambient": [{"kind": "ac-field", "value_uT": 1.0, "scanner": "MR7"}]}, "no scanner 'MR7'"),
        ({"cable": [{"id": "c", "path": [[0, 0]]}, {"id": "c", "path": [[1, 0]]}]}, "twice"),
        ({"ambient": [{"kind": "vibration", "readings": "none.csv"}]}, "no file 'none.csv'"),
        ({"ambient": [{"kind": "vibration", "readings": "bad.csv"}]}, "bad.csv, line 2"),
        ({"ambient": [{"kind": "vibration"}]}, "give readings or spectrum or peak_m_s2"),
        ({"moving_metal": [{"id": "a", "kind": "train", "path": [[0, 0]], "traction": {"current": 3}}]}, "current_A"),
    ],
)
def test_faults_of_the_file_are_told_in_a_sentence(tmp_path: Path, tables: dict[str, Any], words: str) -> None:
    (tmp_path / "bad.csv").write_text("frequency_Hz,m_s2_rms\n2,many\n")
    with pytest.raises(InputError, match=words):
        _load(tmp_path, **tables)


def test_the_catalogues_own_figures_are_found_under_the_ids_of_the_rules() -> None:
    from mrsite.magnets import load_model
    from mrsite.site.surroundings.tables import envelopes_of, row_for

    voyager, mr750 = load_model("ge-signa-voyager-1t5"), load_model("ge-discovery-mr750-3t")
    assert [row_for(voyager, c).grade for c in moving_metal.CLASSES] == ["read"] * 4
    assert [row_for(mr750, c).grade for c in moving_metal.CLASSES] == ["borrowed"] * 4
    assert [(e.id, e.event, e.lasts_s, e.grade) for e in envelopes_of(voyager)] == [("VEN-GE-01", "fault", 2.0, "read")]
    (quench,) = envelopes_of(mr750)
    assert (quench.id, quench.event, quench.lasts_s, quench.grade) == ("VEN-GE-02", "quench", 100.0, "read")


def test_a_counterweight_runs_against_its_car_over_the_whole_shaft() -> None:
    from mrsite.site.surroundings.tracks import track

    entry = MovingMetalEntry(id="L", kind="lift", path=((9.0, 3.0),), mass_kg=1500.0, heights=(-4.0, 12.0),
                             counterweight_at=(9.0, 2.0))  # fmt: skip
    found = track(department(model=VOYAGER, moving_metal=(entry,)), entry)
    assert found.counterweight is not None
    assert np.allclose(found.positions[:, 2] + found.counterweight[:, 2], -4.0 + 12.0)
    assert (found.positions[:, 2].min(), found.positions[:, 2].max()) == pytest.approx((-4.0 + 1.2, 12.0 - 1.2))
    assert np.allclose(found.counterweight[:, 1], 2.0)
    assert found.counterweight_kg == 1500.0
    assert any("counterweight taken" in a for a in found.assumed)


def test_a_road_is_swept_to_a_quarter_of_a_metre_and_its_bends_are_kept() -> None:
    from mrsite.site.surroundings.tracks import track

    entry = MovingMetalEntry(id="R", kind="car", path=((0.0, 20.0), (12.0, 20.0), (12.0, 30.0)))
    positions = track(department(model=VOYAGER), entry).positions
    assert np.linalg.norm(np.diff(positions, axis=0), axis=1).max() <= 0.25 + 1e-9
    assert np.linalg.norm(positions[:, :2] - (12.0, 20.0), axis=1).min() == 0.0
