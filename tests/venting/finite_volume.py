"""An independent code for the pipe: implicit finite volumes on CoolProp itself.

It shares nothing with the march but the physics: conservative momentum and stagnation-enthalpy balances over each
cell, solved by Newton with a numerical jacobian, properties from CoolProp, friction by ``fluids``.
"""

from __future__ import annotations

import math


def march(pieces, mdot, p, temperature, wall=None, cells_per_m=20):
    """March from the inlet; returns (p, T, u, M) at the outlet.

    ``pieces``: ("pipe", D, L, rise, eps) or ("fit", D, K); a change of D is a sudden enlargement.
    """
    import CoolProp
    from CoolProp.CoolProp import AbstractState
    from fluids.friction import friction_factor
    from scipy.optimize import fsolve

    gas = AbstractState("HEOS", "Helium")
    gas.specify_phase(CoolProp.iphase_gas)
    gas.update(CoolProp.PT_INPUTS, p, temperature)
    h, rho = gas.hmass(), gas.rhomass()
    before = None
    for piece in pieces:
        bore = piece[1]
        area = math.pi * bore**2 / 4
        flux = mdot / area
        if before is not None and abs(before - bore) > 1e-12:
            old_flux = mdot / (math.pi * before**2 / 4)
            total = h + 0.5 * (old_flux / rho) ** 2
            push = p + flux * old_flux / rho

            def borda(v, flux=flux, total=total, push=push):
                gas.update(CoolProp.HmassP_INPUTS, v[1] * 1e4, v[0] * 1e5)
                r = gas.rhomass()
                return [(v[0] * 1e5 + flux**2 / r - push) / 1e3, (v[1] * 1e4 + 0.5 * (flux / r) ** 2 - total) / 1e3]

            a, b = fsolve(borda, [p / 1e5, h / 1e4], xtol=1e-13)
            p, h = a * 1e5, b * 1e4
            gas.update(CoolProp.HmassP_INPUTS, h, p)
            rho = gas.rhomass()
        before = bore
        if piece[0] == "fit":
            count, dx, rise = 4, 0.0, 0.0
        else:
            count = math.ceil(piece[2] * cells_per_m)
            dx, rise = piece[2] / count, piece[3]
        for _ in range(count):
            p0, h0, rho0 = p, h, rho

            def balance(v, p0=p0, h0=h0, rho0=rho0, piece=piece, flux=flux, dx=dx, rise=rise, count=count, bore=bore):
                p1, h1 = v[0] * 1e5, v[1] * 1e4
                gas.update(CoolProp.HmassP_INPUTS, h1, p1)
                r1 = gas.rhomass()
                gas.update(CoolProp.HmassP_INPUTS, 0.5 * (h0 + h1), 0.5 * (p0 + p1))
                mid = gas.rhomass()
                lost = 0.0
                heat = 0.0
                if piece[0] == "fit":
                    lost = piece[2] / count * 0.5 * flux**2 / mid
                else:
                    mu, k, cp, t = gas.viscosity(), gas.conductivity(), gas.cpmass(), gas.T()
                    re = flux * bore / mu
                    f = friction_factor(Re=re, eD=piece[4] / bore)
                    lost = f * dx / bore * 0.5 * flux**2 / mid
                    if wall is not None:
                        pr = mu * cp / k
                        nu = f / 8 * (re - 1000) * pr / (1 + 12.7 * math.sqrt(f / 8) * (pr ** (2 / 3) - 1))
                        heat = nu * k / bore * math.pi * bore * dx * (wall - t) / mdot
                momentum = p1 + flux**2 / r1 - p0 - flux**2 / rho0 + lost + mid * 9.80665 * rise * dx
                energy = h1 + 0.5 * (flux / r1) ** 2 - h0 - 0.5 * (flux / rho0) ** 2 - heat + 9.80665 * rise * dx
                return [momentum / 1e2, energy / 1e3]

            a, b = fsolve(balance, [p / 1e5, h / 1e4], xtol=1e-12)
            p, h = a * 1e5, b * 1e4
            gas.update(CoolProp.HmassP_INPUTS, h, p)
            rho = gas.rhomass()
    u = mdot / (math.pi * before**2 / 4) / rho
    return p, gas.T(), u, u / gas.speed_sound()
