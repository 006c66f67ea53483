"""The field engine: sources of flux density, exact, with their analytic jacobian. SI units, float64 arrays."""

from .certificate import Certificate
from .certify import Certified, certified
from .coils import Coil, CoilSet, Loop
from .combined import Placed, Sum, flux_density_and_jacobian
from .earth import earth_field, earth_in_plan
from .elementary import Dipole, Uniform, ZonalHarmonics
from .evaluate import compiled, compiled_bound, is_compiled
from .quantities import force_product, gradient_of_magnitude, magnitude
from .source import MU0, FieldSource

__all__ = [
    "MU0",
    "Certificate",
    "Certified",
    "Coil",
    "CoilSet",
    "Dipole",
    "FieldSource",
    "Loop",
    "Placed",
    "Sum",
    "Uniform",
    "ZonalHarmonics",
    "certified",
    "compiled",
    "compiled_bound",
    "earth_field",
    "earth_in_plan",
    "flux_density_and_jacobian",
    "force_product",
    "gradient_of_magnitude",
    "is_compiled",
    "magnitude",
]
