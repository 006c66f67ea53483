"""Vendor magnets: published figures, windings fitted to them, and the band on every line."""

from mrsite.magnets.catalogue import catalogue_rows, load_model
from mrsite.magnets.fitting import fit
from mrsite.magnets.model import MagnetModel, Published
from mrsite.magnets.modelfile import read_model, write_model

__all__ = ["MagnetModel", "Published", "catalogue_rows", "fit", "load_model", "read_model", "write_model"]
