"""Write the packaged helium coefficients anew from CoolProp: ``python -m mrsite.venting.tabulate``.

The march evaluates the reference equation of state itself, compiled, instead of interpolating a table: the
coefficients that CoolProp holds are copied into ``data/venting/helium_eos.json``, with the saturation line that
CoolProp computes. ``tests/venting/test_helium.py`` holds the result to CoolProp within 1e-8.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from mrsite.base.data import data_folder


def coefficients() -> dict[str, Any]:
    """Return the equation of state and the saturation line of helium-4 as plain numbers."""
    import CoolProp
    from CoolProp.CoolProp import PropsSI, get_fluid_param_string

    fluid = json.loads(get_fluid_param_string("Helium", "JSON"))[0]
    equation = fluid["EOS"][0]
    rows = []
    for block in equation["alphar"]:
        zeros = [0.0] * len(block["n"])
        columns = [block.get(key, zeros) for key in ("n", "d", "t", "l", "eta", "epsilon", "beta", "gamma")]
        rows += [[float(value) for value in row] for row in zip(*columns, strict=True)]
    ideal = {part["type"]: part for part in equation["alpha0"]}
    lead = ideal["IdealGasHelmholtzLead"]
    offset = ideal["IdealGasHelmholtzEnthalpyEntropyOffset"]
    mass = equation["molar_mass"]
    reducing = equation["STATES"]["reducing"]
    critical = float(PropsSI("Tcrit", "Helium"))
    # closer together towards the critical point, where the densities turn steeply
    temperatures = critical - (critical - 2.2) * np.linspace(1.0, 0.02, 300) ** 2
    line = [
        [
            float(t),
            float(PropsSI("P", "T", t, "Q", 1, "Helium")),
            float(PropsSI("D", "T", t, "Q", 0, "Helium")),
            float(PropsSI("D", "T", t, "Q", 1, "Helium")),
        ]
        for t in temperatures
    ]
    return {
        "source": f"{equation['BibTeX_EOS']} (helium-4) as held by CoolProp {CoolProp.__version__}",
        "status": "read",
        "gas_constant": equation["gas_constant"] / mass,
        "molar_mass": mass,
        "T_reducing": reducing["T"],
        "rho_reducing": reducing["rhomolar"] * mass,
        "ideal": [
            lead["a1"] + offset["a1"],
            lead["a2"] + offset["a2"],
            ideal["IdealGasHelmholtzLogTau"]["a"],
        ],
        "residual_columns": ["n", "d", "t", "l", "eta", "epsilon", "beta", "gamma"],
        "residual": rows,
        "T_critical": critical,
        "p_critical": float(PropsSI("Pcrit", "Helium")),
        "T_min": equation["Ttriple"],
        "saturation_columns": ["T_K", "p_Pa", "rho_liquid", "rho_vapour"],
        "saturation": line,
    }


def main() -> None:
    """Write ``data/venting/helium_eos.json``."""
    path = data_folder("venting") / "helium_eos.json"
    path.write_text(json.dumps(coefficients(), indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
