"""Maps: values, coordinates, attributes, streaming, and what does not fit."""

from __future__ import annotations

import numpy as np
import pytest

from mrsite import fields, maps
from mrsite.base.errors import InputError, MachineError

SOURCE = fields.Placed(
    fields.CoilSet([fields.Loop(0.5, -0.2, 1e5), fields.Coil(0.4, 0.5, 0.1, 0.3, 1e8)]), (1.0, 2.0, 1.1)
)


def test_plane_has_values_units_and_coordinates():
    out = maps.field_map(SOURCE, maps.horizontal_grid((-2, -1, 3, 4), 1.0, 0.25), provenance={"magnet": "invented"})
    assert out["B"].dims == ("y", "x")
    assert out["B"].shape == (21, 21)
    b, jac = SOURCE.flux_density_and_jacobian([[out.x[3], out.y[7], 1.0]])
    assert float(out["B"][7, 3]) == pytest.approx(fields.magnitude(b)[0], rel=1e-12)
    assert float(out["B_y"][7, 3]) == pytest.approx(b[0, 1], rel=1e-12)
    assert float(out["grad_B"][7, 3]) == pytest.approx(fields.gradient_of_magnitude(b, jac)[0], rel=1e-12)
    assert float(out["force_product"][7, 3]) == pytest.approx(fields.force_product(b, jac)[0], rel=1e-12)
    assert out["grad_B"].attrs["units"] == "T m-1"
    assert out.x.attrs == {"units": "m", "long_name": "x coordinate", "axis": "X"}
    assert float(out.z) == 1.0
    assert out.attrs["Conventions"].startswith("CF-")
    assert out.attrs["magnet"] == "invented"


def test_national_grid_spacing_stays_even():
    grid = maps.horizontal_grid((500000.0, 4200000.0, 500010.0, 4200003.0), 0.0, 0.1)
    assert grid.shape == (31, 101)
    assert np.abs(np.diff(grid.axes[0]) - 0.1).max() < 1e-8


@pytest.mark.parametrize(
    "grid",
    [
        maps.box_grid((0, 0, 0), (2, 1.5, 1), 0.5),
        maps.section_grid([[0, 0], [2, 0], [2, 2]], (0.0, 2.0), 0.3),
        maps.polyline_grid([[0, 0, 0], [1, 1, 1], [4, 1, 1]], 0.2),
        maps.horizontal_grid((-2, -1, 3, 4), 1.0, 0.25),
    ],
    ids=["box", "section", "polyline", "plane"],
)
def test_file_holds_what_the_map_holds(grid, tmp_path, monkeypatch):
    import xarray

    from mrsite.maps import sampled

    monkeypatch.setattr(sampled, "BLOCK", 13)  # many blocks, some within one row
    whole = maps.field_map(SOURCE, grid)
    assert maps.write_field_map(tmp_path / "map.nc", SOURCE, grid) == 0
    with xarray.open_dataset(tmp_path / "map.nc", engine="h5netcdf") as read:
        assert set(read.data_vars) == {"B", "B_x", "B_y", "B_z", "grad_B", "force_product"}
        for name in read.data_vars:
            np.testing.assert_allclose(read[name].values, whole[name].values, rtol=1e-13)
            assert read[name].attrs["units"] == whole[name].attrs["units"]
        for name in whole.coords:
            np.testing.assert_array_equal(read[name].values, whole[name].values)
    points = grid.points().reshape(-1, 3)
    np.testing.assert_allclose(fields.magnitude(SOURCE.flux_density(points)), whole["B"].values.ravel(), rtol=1e-12)
    assert [p.name for p in tmp_path.iterdir()] == ["map.nc"]


def test_the_jacobian_is_mapped_on_request(tmp_path):
    import xarray

    grid = maps.box_grid((0, 0, 0), (2, 1.5, 1), 0.5)
    names = [f"dB{i}_d{j}" for i in "xyz" for j in "xyz"]
    jac = SOURCE.jacobian(grid.points().reshape(-1, 3)).reshape(*grid.shape, 9)
    out = maps.field_map(SOURCE, grid, ["B_x", *names])
    assert list(out.data_vars) == ["B_x", *names]
    assert maps.write_field_map(tmp_path / "map.nc", SOURCE, grid, ["B_x", *names]) == 0
    with xarray.open_dataset(tmp_path / "map.nc", engine="h5netcdf") as read:
        for k, name in enumerate(names):
            np.testing.assert_array_equal(out[name].values, jac[..., k])
            np.testing.assert_array_equal(read[name].values, jac[..., k])
            assert read[name].attrs["units"] == "T m-1"
            assert (
                read[name].attrs["long_name"]
                == f"derivative of the {name[2]} component of magnetic flux density along {name[-1]}"
            )


def test_section_keeps_the_corners_of_its_line():
    grid = maps.section_grid([[0, 0], [1.05, 0], [1.05, 2]], (0.0, 1.0), 0.3)
    assert 1.05 in grid.axes[1]
    assert [1.05, 0.0, 0.0] in grid.path.tolist()


def test_a_point_on_a_wire_is_nan_alone_and_counted():
    loop = fields.Loop(0.5, 0.0, 100.0)
    out = maps.field_map(loop, maps.horizontal_grid((-1, -1, 1, 1), 0.0, 0.5))
    assert out.attrs["undefined_points"] == 4
    assert int(np.isnan(out["B"]).sum()) == 4


def test_a_map_too_large_is_refused_with_its_size():
    grid = maps.horizontal_grid((0, 0, 100, 100), 1.0, 1e-3)
    with pytest.raises(InputError, match=r"480\.\d GB"):
        maps.field_map(SOURCE, grid)


def test_faults_are_named(tmp_path):
    with pytest.raises(InputError, match="grad"):
        maps.field_map(SOURCE, maps.horizontal_grid((0, 0, 1, 1), 1.0, 0.5), quantities=["grad"])
    with pytest.raises(InputError):
        maps.horizontal_grid((0, 0, -1, 1), 1.0, 0.5)
    with pytest.raises(InputError):
        maps.polyline_grid([[0, 0, 0]], 0.5)
    for make, word in (
        (lambda: maps.horizontal_grid((0, 0, 1), 1.0, 0.5), "window"),
        (lambda: maps.horizontal_grid((0, 0, 1, 1), float("nan"), 0.5), "height"),
        (lambda: maps.horizontal_grid((0, 0, 1, 1), 1.0, 0.0), "step positive"),
        (lambda: maps.horizontal_grid((0, 0, 1e6, 1e6), 1.0, 1e-4), "1e.10 points"),
        (lambda: maps.box_grid((0, 0, 0), (1, 1), 0.5), "high"),
        (lambda: maps.section_grid([[0, 0], [1, 0]], (0.0, float("inf")), 0.5), "heights"),
    ):
        with pytest.raises(InputError, match=word):
            make()
    with pytest.raises(MachineError):
        maps.write_field_map(tmp_path / "no" / "map.nc", SOURCE, maps.horizontal_grid((0, 0, 1, 1), 1.0, 0.5))


def test_a_single_point_and_a_point_twice_are_maps() -> None:
    assert maps.field_map(SOURCE, maps.horizontal_grid((2.0, 0.0, 2.0, 0.0), 1.0, 0.1))["B"].shape == (1, 1)
    assert maps.field_map(SOURCE, maps.polyline_grid([[2, 0, 0], [2, 0, 0]], 0.1))["B"].shape == (1,)
