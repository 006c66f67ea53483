"""Vendor magnets: published figures, windings fitted to them, and the band on every line."""

from mrsite.magnets.band import (
    BandedProfile,
    BranchLine,
    banded_profile,
    banded_values,
    ensemble_band,
    reach,
    unsafe_side,
)
from mrsite.magnets.catalogue import catalogue_rows, load_model
from mrsite.magnets.fitting import fit
from mrsite.magnets.model import MagnetModel, Published
from mrsite.magnets.modelfile import read_model, write_model

__all__ = [
    "BandedProfile",
    "BranchLine",
    "MagnetModel",
    "Published",
    "banded_profile",
    "banded_values",
    "catalogue_rows",
    "ensemble_band",
    "fit",
    "load_model",
    "reach",
    "read_model",
    "unsafe_side",
    "write_model",
]
