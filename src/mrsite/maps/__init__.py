"""A field source sampled: traced contours, meridian profiles, grids."""

from .contours import Contours, contours, envelope_contours
from .plane import Plane
from .profile import Profile, Rings, meridian_profile, profile_cut, profile_envelope, profile_reach
from .surfaces import Surface, isosurface, revolved

__all__ = [
    "Contours",
    "Plane",
    "Profile",
    "Rings",
    "Surface",
    "contours",
    "envelope_contours",
    "isosurface",
    "meridian_profile",
    "profile_cut",
    "profile_envelope",
    "profile_reach",
    "revolved",
]
