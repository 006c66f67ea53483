"""A field source sampled: traced contours, meridian profiles, grids."""

from .contours import Contours, contours, envelope_contours
from .grid import Grid, box_grid, horizontal_grid, polyline_grid, section_grid
from .plane import Plane
from .profile import Profile, Rings, meridian_profile, profile_cut, profile_envelope, profile_reach
from .sampled import JACOBIAN, blocks, field_map, write_field_map
from .surfaces import Surface, isosurface, revolved

__all__ = [
    "JACOBIAN",
    "Contours",
    "Grid",
    "Plane",
    "Profile",
    "Rings",
    "Surface",
    "blocks",
    "box_grid",
    "contours",
    "envelope_contours",
    "field_map",
    "horizontal_grid",
    "isosurface",
    "meridian_profile",
    "polyline_grid",
    "profile_cut",
    "profile_envelope",
    "profile_reach",
    "revolved",
    "section_grid",
    "write_field_map",
]
