"""`Magnet`: a vendor's magnet as people hold it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mrsite.magnets.model import MagnetModel

if TYPE_CHECKING:
    import pandas

    from mrsite.fields import CoilSet


@dataclass(frozen=True, eq=False)
class Magnet:
    """One magnet: published data, fitted windings, band.

    Parameters
    ----------
    model : MagnetModel
        The frozen value behind it.
    """

    model: MagnetModel

    @property
    def id(self) -> str:
        """Catalogue id."""
        return self.model.id

    @property
    def field(self) -> CoilSet:
        """The field source of the central model: magnet frame, m, T.

        Raises
        ------
        InputError
            The magnet has no field model; the message says what to ask the vendor for.
        """
        return self.model.source()

    def reach(self, levels_mT: Sequence[float] = (0.5, 3.0)) -> pandas.DataFrame:
        """How far each line reaches along and across the bore, with its band.

        Parameters
        ----------
        levels_mT : sequence of float

        Returns
        -------
        DataFrame
            level_mT, axial_m, axial_lower_m, axial_upper_m, radial_m, radial_lower_m, radial_upper_m.
        """
        import pandas

        from mrsite.magnets import reach

        return pandas.DataFrame(reach(self.model, levels_mT))

    def __repr__(self) -> str:
        return f"<Magnet {self.model.id}: {self.model.label}, evidence {self.model.grade}>"

    def _repr_html_(self) -> str:
        from mrsite.outputs.magnet_card import card_html

        return card_html(self.model)


def load_magnet(reference: str | Path) -> Magnet:
    """Load a magnet by catalogue id, or from a file.

    Parameters
    ----------
    reference : str or Path
        An id, or a path: it holds a slash or ends in ``.toml``.

    Raises
    ------
    InputError
        Unknown id (the nearest is named) or a broken file.
    """
    from mrsite.magnets import load_model

    return Magnet(load_model(str(reference)))


def fit_magnet(
    data: str | Path | Magnet, *, seed: int = 0, members: int = 50, progress: Callable[[float], None] | None = None
) -> Magnet:
    """Fit windings and an ensemble to published figures.

    Parameters
    ----------
    data : path of a magnet file, or a Magnet
    seed : int
        Same seed, same bytes.
    members : int
        Size of the ensemble.
    progress : callable, optional
        Told the share done, 0 to 1.

    Raises
    ------
    InputError
        Contradictory or too few figures, naming the one whose removal cures it.
    """
    from mrsite.magnets import fit

    return Magnet(
        fit(data.model if isinstance(data, Magnet) else Path(data), seed=seed, members=members, progress=progress)
    )


def catalogue() -> pandas.DataFrame:
    """Return the catalogue as a table: id, vendor, model, B0_T, grade, ..."""
    import pandas

    from mrsite.magnets import catalogue_rows

    return pandas.DataFrame(catalogue_rows())
