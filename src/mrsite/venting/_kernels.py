"""Compiled loops of the venting room: helium's equation of state and the march along a pipe.

Plain loops over floats and arrays. ``eos``, ``gas`` and ``trans`` hold the coefficients that
:mod:`mrsite.venting.helium` reads from the packaged data. Equations are those of
``docs/explanation/quench.md``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from mrsite.base.jit import jit

GRAVITY = 9.80665  # m/s2, standard (CGPM 1901)

# Columns of a cell: what the march needs to know of one short length of pipe.
DX, DIA, KIND, F_FIXED, ROUGH, LOSS, RISE, HEAT, T_WALL, R_EXTRA, F_TIMES = range(11)
PIPE, FITTING, AREA_CHANGE = 0.0, 1.0, 2.0  # KIND
ADIABATIC, FILM, FIXED_FILM = 0.0, 1.0, 2.0  # HEAT
DONE, CHOKED, BROKEN = 0, 1, 2  # status of a march


@jit()
def thermo(rho: Any, temp: Any, eos: Any, gas: Any) -> Any:
    """State of helium from density and temperature.

    Helmholtz energy in reduced variables (Ortiz Vega et al., J. Phys. Chem. Ref. Data, in CoolProp);
    the derivatives by Span, Multiparameter Equations of State (2000), table 3.

    Returns (p, h, s, cv, p_rho, p_T, h_rho, h_T, a2).
    """
    r, tc, rhoc, a1, a2, a3 = gas[0], gas[1], gas[2], gas[3], gas[4], gas[5]
    delta = rho / rhoc
    tau = tc / temp
    ln_t = math.log(tau)
    ar = 0.0
    ard = 0.0  # delta * d(ar)/d(delta)
    ardd = 0.0  # delta^2 * second derivative
    art = 0.0  # tau * d(ar)/d(tau)
    artt = 0.0
    ardt = 0.0  # delta tau * mixed derivative
    for i in range(eos.shape[0]):
        n, d, t, power = eos[i, 0], eos[i, 1], eos[i, 2], eos[i, 3]
        eta, eps, beta, gamma = eos[i, 4], eos[i, 5], eos[i, 6], eos[i, 7]
        arg = t * ln_t - eta * (delta - eps) ** 2 - beta * (tau - gamma) ** 2
        dl = 0.0
        if power > 0.0:
            dl = delta**power
            arg -= dl
        term = n * delta**d * math.exp(arg)
        fd = d - power * dl - 2.0 * eta * delta * (delta - eps)
        fdd = fd * fd - d - power * (power - 1.0) * dl - 2.0 * eta * delta * delta
        # second derivative: delta^2 * (ln term)'' + (delta * (ln term)')^2
        ft = t - 2.0 * beta * tau * (tau - gamma)
        ftt = ft * ft - t - 2.0 * beta * tau * tau
        ar += term
        ard += term * fd
        ardd += term * fdd
        art += term * ft
        artt += term * ftt
        ardt += term * fd * ft
    rt = r * temp
    p = rho * rt * (1.0 + ard)
    h = rt * (1.0 + a3 + a2 * tau + art + ard)
    s = r * (a3 + art - (math.log(delta) + a1 + a3 * ln_t + ar))
    cv = r * (a3 - artt)
    p_rho = rt * (1.0 + 2.0 * ard + ardd)
    p_t = rho * r * (1.0 + ard - ardt)
    h_rho = p_rho / rho - temp * p_t / (rho * rho)
    h_t = cv + p_t / rho
    sound2 = p_rho + temp * p_t * p_t / (rho * rho * cv)
    return p, h, s, cv, p_rho, p_t, h_rho, h_t, sound2


@jit()
def viscosity(rho: Any, temp: Any, trans: Any) -> Any:
    """Viscosity in Pa s (Arp, McCarty and Friend, NIST TN 1334, 1998)."""
    x = math.log(min(temp, 300.0))
    g = rho * 1e-3
    powers = (1.0 / x, 1.0, x, x * x, x * x * x)
    zero = b = c = d = 0.0
    for i in range(5):
        zero += trans[i] * powers[i]
        b += trans[5 + i] * powers[i]
        c += trans[10 + i] * powers[i]
        d += trans[15 + i] * powers[i]
    dense = math.exp(zero + g * (b + g * (c + g * d)))
    if temp <= 100.0:
        return dense * 1e-7
    hot = trans[20] * temp ** trans[21] * math.exp(trans[22] / temp + trans[23] / temp**2 + trans[24])
    return (dense + hot - math.exp(zero)) * 1e-7


@jit()
def conductivity(rho: Any, temp: Any, p_rho: Any, p_t: Any, trans: Any) -> Any:
    """Thermal conductivity in W/m K with critical enhancement (Hands and Arp, Cryogenics 21, 1981).

    ``p_rho``, ``p_t``: derivatives of pressure from the equation of state.
    """
    k = trans[25:]
    dilute = k[0] * temp ** k[1] * math.exp(k[2] / temp + k[3] / temp**2 + k[4] / temp**3 + k[5] / temp**4)
    t3 = temp ** (1.0 / 3.0)
    t23 = t3 * t3
    c = k[6:]
    plain = (
        dilute
        + (c[0] + c[1] * temp + c[2] * t3 + c[3] * t23) * rho
        + (c[4] + c[5] * t3 + c[6] * t23) * rho**3
        + (c[7] + c[8] * t3 + c[9] * t23 + c[10] / temp) * rho**2 * math.log(rho / 68.0)
    )
    e = k[17:]
    if not e[0] < temp < e[1]:
        return plain
    x0, e1, e2, beta, gamma, delta = e[2], e[3], e[4], e[5], e[6], e[7]
    rho_c, t_c, p_c = e[8], e[9], e[10]
    d_t, d_rho = abs(1.0 - temp / t_c), abs(1.0 - rho / rho_c)
    squeeze = 1.0 / (rho * p_rho)  # isothermal compressibility
    w = (d_t / 0.2) ** 2 + (d_rho / 0.25) ** 2
    if w < 1.0 and d_rho > 0.0:
        x = d_t / d_rho ** (1.0 / beta)
        u = 1.0 + x / x0
        inner = 1.0 + e2 * u ** (2.0 / beta)
        power = (gamma - 1.0) / (2.0 * beta)
        scaled = e1 * u * inner**power
        slope = (
            e1 / x0 * (inner**power + u * power * inner ** (power - 1.0) * e2 * 2.0 / beta * u ** (2.0 / beta - 1.0))
        )
        stiff = d_rho ** (delta - 1.0) * (delta * scaled - x / beta * slope) * (rho / rho_c) ** 2 * p_c
        squeeze = w * squeeze + (1.0 - w) / stiff
    mu = viscosity(rho, temp, trans)
    peak = e[11] * math.sqrt(squeeze) * temp**2 / (rho * mu) * p_t**2
    return plain + peak * math.exp(-e[12] * d_t**2 - e[13] * d_rho**4)


@jit()
def density_of_gas(p: Any, temp: Any, rho_max: Any, eos: Any, gas: Any) -> Any:
    """Density of the gas phase from pressure and temperature; -1 where there is none below ``rho_max``."""
    low = 0.0
    high = rho_max
    rho = min(p / (gas[0] * temp), 0.5 * rho_max)
    for _ in range(200):
        state = thermo(rho, temp, eos, gas)
        error = state[0] - p
        if error > 0.0:
            high = rho
        else:
            low = rho
        step = -error / state[4] if state[4] > 0.0 else 0.0
        new = rho + step
        if step == 0.0 or new <= low or new >= high:
            new = 0.5 * (low + high)
        if abs(new - rho) <= 1e-14 * rho:
            return new
        if high - low <= 1e-15 * high:
            return -1.0 if high == rho_max and error < -1e-6 * p else rho
        rho = new
    return rho


@jit()
def state_from_total(p: Any, total: Any, flux: Any, rho: Any, temp: Any, eos: Any, gas: Any) -> Any:
    """Density and temperature from pressure and total enthalpy h + G^2/(2 rho^2), by Newton from a guess.

    Returns (rho, T, converged).
    """
    for _ in range(100):
        st = thermo(rho, temp, eos, gas)
        g2 = flux * flux
        e1 = st[0] - p
        e2 = st[1] + 0.5 * g2 / (rho * rho) - total
        j11, j12 = st[4], st[5]
        j21, j22 = st[6] - g2 / rho**3, st[7]
        det = j11 * j22 - j12 * j21
        d_rho = (-e1 * j22 + e2 * j12) / det
        d_t = (-e2 * j11 + e1 * j21) / det
        cut = max(abs(d_rho) / (0.3 * rho), abs(d_t) / (0.3 * temp), 1.0)
        rho += d_rho / cut
        temp += d_t / cut
        if not (rho > 0.0 and temp > 1.0):
            return rho, temp, False
        if abs(d_rho) < 1e-12 * rho and abs(d_t) < 1e-12 * temp:
            return rho, temp, True
    return rho, temp, False


@jit()
def darcy(reynolds: Any, relative: Any) -> Any:
    """Darcy friction factor: 64/Re below 2040 (Avila et al., Science 333, 2011), else Colebrook (1939) solved."""
    if reynolds < 2040.0:
        return 64.0 / max(reynolds, 1e-9)
    x = -1.8 * math.log10((relative / 3.7) ** 1.11 + 6.9 / reynolds)  # Haaland (1983): a start only
    for _ in range(6):
        inner = relative / 3.7 + 2.51 * x / reynolds
        new = x - (x + 2.0 * math.log10(inner)) / (1.0 + 2.0 * 2.51 / (reynolds * inner * math.log(10.0)))
        if abs(new - x) < 1e-13 * x:
            x = new
            break
        x = new
    return 1.0 / (x * x)


@jit()
def film(rho: Any, temp: Any, st: Any, flux: Any, dia: Any, f: Any, exponent: Any, t_wall: Any, trans: Any) -> Any:
    """Film coefficient inside the pipe, W/m2K: Gnielinski (1976) with the pipe's own friction factor.

    ``st`` is the state of :func:`thermo`. ``exponent`` n multiplies it by (T_wall/T)^-n, the
    property correction for heated gas (Kays).
    Below Re 2300 the laminar Nu 3.66; between 2300 and 4000 the larger of both.
    """
    mu = viscosity(rho, temp, trans)
    k = conductivity(rho, temp, st[4], st[5], trans)
    re = flux * dia / mu
    pr = mu * (st[7] - st[5] * st[6] / st[4]) / k
    nu = 3.66
    if re > 2300.0:
        turbulent = 0.125 * f * (re - 1000.0) * pr / (1.0 + 12.7 * math.sqrt(0.125 * f) * (pr ** (2.0 / 3.0) - 1.0))
        nu = max(nu, turbulent)
    h = nu * k / dia
    if exponent != 0.0 and t_wall > temp:
        h *= (t_wall / temp) ** (-exponent)
    return h


@jit()
def slopes(rho: Any, temp: Any, cell: Any, flux: Any, exponent: Any, eos: Any, gas: Any, trans: Any) -> Any:
    """Right-hand sides with the factor (1 - M^2) taken out, so that they are finite at M = 1.

    Momentum dp + G^2 dv = -F dx and energy dh + G^2 v dv = (q' - g r) dx, solved for density and temperature.
    Returns (d rho, d T, 1 - M^2, ok).
    """
    if not (rho > 0.0 and temp > 1.5 and temp < 3000.0):
        return 0.0, 0.0, 1.0, False
    st = thermo(rho, temp, eos, gas)
    cv, p_rho, p_t, h_rho, h_t, sound2 = st[3], st[4], st[5], st[6], st[7], st[8]
    if not (sound2 > 0.0 and cv > 0.0 and p_rho > 0.0):
        return 0.0, 0.0, 1.0, False
    u2 = (flux / rho) ** 2
    heat = 0.0
    if cell[KIND] == FITTING:
        drag = 0.5 * cell[LOSS] * flux * flux / rho / cell[DX]
        lift = 0.0
    else:
        f = cell[F_FIXED]
        if f < 0.0:
            f = darcy(flux * cell[DIA] / viscosity(rho, temp, trans), cell[ROUGH] / cell[DIA])
        f *= cell[F_TIMES]
        lift = GRAVITY * cell[RISE]
        drag = 0.5 * f * flux * flux / (rho * cell[DIA]) + rho * lift
        if cell[HEAT] != ADIABATIC:
            if cell[HEAT] == FIXED_FILM:
                overall = cell[R_EXTRA]
            else:
                inside = film(rho, temp, st, flux, cell[DIA], f, exponent, cell[T_WALL], trans)
                overall = 1.0 / (1.0 / inside + cell[R_EXTRA])
            heat = 4.0 * overall * (cell[T_WALL] - temp) / (cell[DIA] * flux)
    gain = heat - lift
    scale = 1.0 / (cv * sound2)
    d_rho = (-drag * h_t - p_t * gain) * scale
    d_t = ((p_rho - u2) * gain + drag * (h_rho - u2 / rho)) * scale
    return d_rho, d_t, 1.0 - u2 / sound2, True


@jit()
def cross_cell(rho: Any, temp: Any, cell: Any, flux: Any, exponent: Any, eos: Any, gas: Any, trans: Any) -> Any:
    """March over one cell. Returns (rho, T, status, length covered).

    Far from M = 1 the independent variable is x. Above M^2 = 0.7 it is s with dx = (1 - M^2) ds, for which
    the sonic point is regular: it is met, not stepped across.
    """
    length = cell[DX]
    x = 0.0
    for _ in range(200000):
        if x >= length * (1.0 - 1e-12):
            return rho, temp, DONE, length
        a_rho, a_t, left, ok = slopes(rho, temp, cell, flux, exponent, eos, gas, trans)
        if not ok:
            return rho, temp, BROKEN, x
        if left <= 0.0:
            return rho, temp, CHOKED, x
        by_x = left > 0.3
        # no step changes a state variable by more than 3 %, nor, close to sonic, the Mach number by more than 0.01
        limit = 0.03 if by_x else 0.008
        speed = max(abs(a_rho) / rho, abs(a_t) / temp, 1e-12)
        ds = min(limit / speed, (length - x) / left)
        landing = ds >= (length - x) / left * (1.0 - 1e-12)
        new_rho, new_t, new_x = rho, temp, x
        for _attempt in range(60):
            step = ds * left if by_x else ds
            new_rho, new_t, new_x = rho, temp, x
            k_rho = k_t = 0.0
            for stage in range(4):  # Runge-Kutta of order 4; one call site keeps the compiled code small
                g_rho, g_t, g_left = a_rho, a_t, left
                if stage > 0:
                    part = step if stage == 3 else 0.5 * step
                    g_rho, g_t, g_left, ok = slopes(
                        rho + part * k_rho, temp + part * k_t, cell, flux, exponent, eos, gas, trans
                    )
                    if not ok:
                        return rho, temp, BROKEN, x
                w = 1.0 / g_left if by_x else 1.0
                k_rho, k_t = g_rho * w, g_t * w
                share = step / 3.0 if stage == 1 or stage == 2 else step / 6.0
                new_rho += share * k_rho
                new_t += share * k_t
                new_x += share * g_left * w
            if by_x or new_x <= length * (1.0 + 1e-12):
                break
            # in s the end of the cell is met by trial: shorten until x lands on it
            ds *= (length - x) / (new_x - x)
        if (by_x and landing) or new_x >= length * (1.0 - 1e-9):
            new_x = length
        rho, temp, x = new_rho, new_t, new_x
    return rho, temp, BROKEN, x


@jit()
def change_area(rho: Any, temp: Any, flux1: Any, flux2: Any, eos: Any, gas: Any) -> Any:
    """Sudden change of bore. Returns (rho, T, status).

    Enlargement (flux2 < flux1): momentum balance p2 = p1 + G2 (G1 v1 - G2 v2) with h0 kept (Borda-Carnot for
    a compressible gas). Contraction: isentropic acceleration; its loss is a fitting that follows.
    """
    st = thermo(rho, temp, eos, gas)
    total = st[1] + 0.5 * (flux1 / rho) ** 2
    push = st[0] + flux2 * flux1 / rho
    entropy = st[2]
    widening = flux2 < flux1
    for _ in range(200):
        st = thermo(rho, temp, eos, gas)
        g2 = flux2 * flux2
        if widening:
            e1 = st[0] + g2 / rho - push
            j11, j12 = st[4] - g2 / (rho * rho), st[5]
        else:
            e1 = st[2] - entropy
            j11, j12 = -st[5] / (rho * rho), st[3] / temp
        e2 = st[1] + 0.5 * g2 / (rho * rho) - total
        j21, j22 = st[6] - g2 / rho**3, st[7]
        det = j11 * j22 - j12 * j21
        if det == 0.0:
            return rho, temp, CHOKED
        d_rho = (-e1 * j22 + e2 * j12) / det
        d_t = (-e2 * j11 + e1 * j21) / det
        cut = max(abs(d_rho) / (0.05 * rho), abs(d_t) / (0.05 * temp), 1.0)
        rho += d_rho / cut
        temp += d_t / cut
        if not (rho > 0.0 and temp > 1.5):
            return rho, temp, CHOKED
        if abs(d_rho) < 1e-11 * rho and abs(d_t) < 1e-11 * temp:
            st = thermo(rho, temp, eos, gas)
            if (flux2 / rho) ** 2 >= st[8]:
                return rho, temp, CHOKED
            return rho, temp, DONE
    return rho, temp, CHOKED


@jit()
def march(cells: Any, mdot: Any, rho: Any, temp: Any, exponent: Any, eos: Any, gas: Any, trans: Any, out: Any) -> Any:
    """March through all cells from a state at the inlet.

    ``out`` (n + 1, 3) receives density, temperature and Mach number at every cell end.
    Returns (status, index of the cell where it ended, length covered in that cell).
    """
    flux = mdot / (0.25 * math.pi * cells[0, DIA] ** 2)
    st = thermo(rho, temp, eos, gas)
    if not (st[8] > 0.0 and st[4] > 0.0):
        return BROKEN, 0, 0.0
    mach2 = (flux / rho) ** 2 / st[8]
    out[0, 0], out[0, 1], out[0, 2] = rho, temp, math.sqrt(mach2)
    if mach2 >= 1.0:
        return CHOKED, 0, 0.0
    for i in range(cells.shape[0]):
        new_flux = mdot / (0.25 * math.pi * cells[i, DIA] ** 2)
        if cells[i, KIND] == AREA_CHANGE:
            rho, temp, status = change_area(rho, temp, flux, new_flux, eos, gas)
            covered = 0.0
        else:
            rho, temp, status, covered = cross_cell(rho, temp, cells[i], new_flux, exponent, eos, gas, trans)
        flux = new_flux
        if status != DONE:
            return status, i, covered
        st = thermo(rho, temp, eos, gas)
        out[i + 1, 0], out[i + 1, 1] = rho, temp
        out[i + 1, 2] = flux / rho / math.sqrt(st[8])
    return DONE, cells.shape[0], 0.0


@jit()
def states(rho: Any, temp: Any, eos: Any, gas: Any, out: Any) -> Any:
    """Fill ``out`` (n, 4) with p, h, s and sound speed of n states."""
    for i in range(rho.shape[0]):
        st = thermo(rho[i], temp[i], eos, gas)
        out[i, 0], out[i, 1], out[i, 2], out[i, 3] = st[0], st[1], st[2], math.sqrt(st[8])


@jit()
def films(cells: Any, mdot: Any, rho: Any, temp: Any, exponent: Any, eos: Any, gas: Any, trans: Any, out: Any) -> Any:
    """Film coefficient and Darcy factor of every cell at the given states (used for walls, not by the march)."""
    for i in range(cells.shape[0]):
        dia = cells[i, DIA]
        flux = mdot / (0.25 * math.pi * dia * dia)
        st = thermo(rho[i], temp[i], eos, gas)
        f = cells[i, F_FIXED]
        if f < 0.0:
            f = darcy(flux * dia / viscosity(rho[i], temp[i], trans), cells[i, ROUGH] / dia)
        f *= cells[i, F_TIMES]
        out[i, 0] = film(rho[i], temp[i], st, flux, dia, f, exponent, cells[i, T_WALL], trans)
        out[i, 1] = f


@jit()
def plume(
    params: Any, cp_he: Any, r_he: Any, cp_air: Any, r_air: Any, ds: Any, s_max: Any, wind_u: Any, out: Any
) -> Any:
    """Top-hat integral jet and plume (method of ``docs/explanation/quench.md``, Outlet).

    ``params``: mdot, _b0, u0, T0 on the c_p scale, rho0, elevation (rad), z0, ambient T, ambient p, alpha jet,
    alpha plume, beta. Rows of ``out``: s, x, z, t, m, u, b, theta. Returns the number of rows.
    """
    mdot, _b0, u0, t0, rho0, elev, z0, ta, pa, alpha_j, alpha_p, beta = (
        params[0],
        params[1],
        params[2],
        params[3],
        params[4],
        params[5],
        params[6],
        params[7],
        params[8],
        params[9],
        params[10],
        params[11],
    )
    rho_a = pa / (r_air * ta)
    state = np.array([mdot, mdot * u0 * math.cos(elev), mdot * u0 * math.sin(elev), 0.0, z0, 0.0])
    s = 0.0
    n = 0
    k = np.zeros((4, 6))
    wanted = s_max / (out.shape[0] - 1)
    for _ in range(4000000):
        for stage in range(4):
            y = state.copy()
            if stage == 1 or stage == 2:
                y += 0.5 * ds * k[stage - 1]
            elif stage == 3:
                y += ds * k[2]
            m, px, pz = y[0], y[1], y[2]
            share = mdot / m
            temp = (share * cp_he * t0 + (1.0 - share) * cp_air * ta) / (share * cp_he + (1.0 - share) * cp_air)
            # on the c_p scale a real cold gas would come out too dense: no denser than source or air
            rho = min(pa / ((share * r_he + (1.0 - share) * r_air) * temp), max(rho0, rho_a))
            speed = math.hypot(px, pz)
            u = speed / m
            b = math.sqrt(m / (math.pi * rho * u))
            sin, cos = pz / speed, px / speed
            reduced = GRAVITY * (rho_a - rho) / rho
            blend = 5.0 * reduced * b * sin / (8.0 * alpha_p * u * u)
            alpha = alpha_j + (alpha_p - alpha_j) * min(1.0, max(0.0, blend))
            entrained = (
                2.0
                * math.pi
                * b
                * (alpha * math.sqrt(rho * rho_a) * abs(u - wind_u * cos) + beta * rho_a * abs(wind_u * sin))
            )
            k[stage, 0] = entrained
            k[stage, 1] = entrained * wind_u
            k[stage, 2] = (rho_a - rho) * GRAVITY * math.pi * b * b
            k[stage, 3] = cos
            k[stage, 4] = sin
            k[stage, 5] = 1.0 / u
            if stage == 0 and (s >= n * wanted or n == 0):
                out[n, 0], out[n, 1], out[n, 2], out[n, 3] = s, y[3], y[4], y[5]
                out[n, 4], out[n, 5], out[n, 6], out[n, 7] = m, u, b, math.atan2(pz, px)
                n += 1
                if n >= out.shape[0]:
                    return n
        state += ds / 6.0 * (k[0] + 2.0 * k[1] + 2.0 * k[2] + k[3])
        s += ds
    return n
