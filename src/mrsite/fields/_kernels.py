"""Compiled kernels of the field engine: plain loops over floats and arrays, nothing else.

Notation. A circular loop of radius ``a`` and current ``I`` lies in the plane z = 0; a point has the
cylindrical coordinates (rho, z). With

    alpha^2 = (a - rho)^2 + z^2,   beta^2 = (a + rho)^2 + z^2,   Sigma = a^2 + rho^2 + z^2,
    Q = 1 / (alpha^2 beta^2),      g = a^2 - rho^2 + z^2,        D = a^2 - rho^2 - z^2,

    N = 1 / AGM(beta, alpha),      v = N T / (a rho)^2,          T = sum_{n>=1} 2^n c_n^2 / 2,

where c_n = (a_{n-1} - b_{n-1}) / 2 are the differences of the AGM started at (beta, alpha), the loop gives

    A_phi / rho = (mu0 I a^2 / 4) v
    B_rho / rho = (mu0 I a^2 / 4) z Q (4 N - Sigma v)
    B_z         = (mu0 I a^2 / 4) Q (2 g N - rho^2 D v)

No difference of nearly equal numbers is left in these forms: not on the axis, not far away, and near the
wire only the conditioning of a - rho itself. They follow from K = pi/(2 AGM) and (K - E)/K = sum 2^(n-1) c_n^2
(Abramowitz & Stegun 1964, 17.6.3-4) put into Smythe's closed form (Static and Dynamic Electricity, 7.10),
with the leading terms cancelled by hand. N and v obey

    dN/dz = -z Q (Sigma N - (a rho)^2 v),     dv/dz = z Q (Sigma v - 4 N),

which gives the jacobian in closed form. After a few AGM steps the rest is summed as the power series of K and
of (K - E)/k^2 (A&S 17.3.11-12), so that a pair costs three or four square roots and one division.
"""

from __future__ import annotations

import math

import numpy as np

from mrsite.base.jit import jit

MU0_4 = math.pi * 1e-7  # mu0 / 4, with the conventional mu0 = 4 pi 1e-7 (CODATA 2022 differs by 1.3e-10)
MU0 = 4.0 * MU0_4

BLOCK = 128
GAUSS_MAX = 32

# kinds of leaf in a packed source
COILS = 0
DIPOLE = 1
UNIFORM = 2
ZONAL = 3


def _gauss_tables() -> tuple[np.ndarray, np.ndarray]:
    nodes = np.zeros((GAUSS_MAX + 1, GAUSS_MAX))
    weights = np.zeros((GAUSS_MAX + 1, GAUSS_MAX))
    for n in range(1, GAUSS_MAX + 1):
        x, w = np.polynomial.legendre.leggauss(n)
        nodes[n, :n] = x
        weights[n, :n] = w
    return nodes, weights


NODES, WEIGHTS = _gauss_tables()

# 2F1(1/2,1/2;1;x) = (2/pi) K and 2F1(1/2,3/2;2;x) = (4/pi) (K - E)/x, Taylor coefficients
_K = [1.0]
_V = [1.0]
for _n in range(1, 11):
    _K.append(_K[-1] * ((_n - 0.5) / _n) ** 2)
    _V.append(_V[-1] * (_n - 0.5) * (_n + 0.5) / ((_n + 1.0) * _n))
K0, K1, K2, K3, K4, K5, K6, K7, K8, K9, K10 = _K
V0, V1, V2, V3, V4, V5, V6, V7, V8, V9, V10 = _V
SERIES_LIMIT = 0.03  # 0.03^11 * V10 = 2e-18: ten terms are exact to rounding


@jit(inline=True)
def _series_k(x):
    return K0 + x * (K1 + x * (K2 + x * (K3 + x * (K4 + x * (K5 + x * (K6 + x * (K7 + x * (K8 + x * (K9 + x * K10)))))))))


@jit(inline=True)
def _series_v(x):
    return V0 + x * (V1 + x * (V2 + x * (V3 + x * (V4 + x * (V5 + x * (V6 + x * (V7 + x * (V8 + x * (V9 + x * V10)))))))))


@jit(inline=True)
def _nv_any(a, rho, d, z):
    """N, v, Q to convergence, whatever the distance; d = a - rho is given so that it keeps its digits."""
    s = a + rho
    zz = z * z
    q = (d * d + zz) * (s * s + zz)
    sq = math.sqrt(q)
    big = 0.5 * (0.5 * ((d * d + zz) + (s * s + zz)) + sq)
    w = a * rho
    an = math.sqrt(big)
    bn = math.sqrt(sq)
    dn2 = 1.0 / big
    t = dn2
    power = 1.0
    for _ in range(40):
        if an - bn <= 1e-9 * an:
            break
        new = 0.5 * (an + bn)
        bn = math.sqrt(an * bn)
        an = new
        dn = 0.25 * w * dn2 / an
        dn2 = dn * dn
        power *= 2.0
        t += power * dn2
    # one more step costs nothing in accuracy and squares the remainder
    an = 0.5 * (an + bn)
    n = 1.0 / an
    return n, t * n, 1.0 / q


@jit(inline=True)
def _loop_terms(a, rho, d, z, n, v, q):
    """B_rho/rho, B_z, (dB_rho/dz)/rho, dB_z/dz of a loop, without the factor mu0 I a^2 / 4."""
    s = a + rho
    zz = z * z
    rr = rho * rho
    ds = d * s
    sig = 0.5 * ((d * d + zz) + (s * s + zz))
    g = ds + zz
    dd = ds - zz
    w = a * rho
    f = 4.0 * n - sig * v
    e = sig * n - w * w * v
    rd = rr * dd
    bz = q * (2.0 * g * n - rd * v)
    zq = z * q
    h = zq * (4.0 * n + 2.0 * rr * v - 4.0 * sig * bz - q * (2.0 * g * e - rd * f))
    zzq = z * zq
    gz = q * f * (1.0 - 3.0 * zzq * sig) - zzq * (4.0 * q * e + 2.0 * v)
    return zq * f, bz, gz, h


@jit(inline=True)
def _loop_point(a, rho, d, z):
    n, v, q = _nv_any(a, rho, d, z)
    return _loop_terms(a, rho, d, z, n, v, q)


@jit()
def _disc_bz(a, rho, d, z):
    """Integral over z, from 0, of a loop's B_z, without the factor mu0/4 (a thin solenoid's end).

    Derby & Olbert, Am. J. Phys. 78 (2010) 229, eq. 4, by Bulirsch's cel: 4/pi a z/((a + rho) beta) cel(kc, gam^2, 1, gam) / 2.
    """
    s = a + rho
    zz = z * z
    if z == 0.0:
        return 0.0
    beta = math.sqrt(s * s + zz)
    kc = math.sqrt(d * d + zz) / beta
    gam = d / s
    if gam == 0.0:
        # the two sides of the sheet differ by a jump: take the mean, which is the K part alone
        an = 1.0
        bn = kc
        for _ in range(40):
            if an - bn <= 1e-9 * an:
                break
            an, bn = 0.5 * (an + bn), math.sqrt(an * bn)
        return z / beta / (0.5 * (an + bn))
    p = abs(gam)
    aa = 1.0
    bb = gam / p
    e = kc
    em = 1.0
    k = kc
    f = aa
    aa = aa + bb / p
    g = e / p
    bb = 2.0 * (bb + f * g)
    p = g + p
    g = em
    em = k + em
    for _ in range(40):
        if abs(g - k) <= 1e-9 * g:
            break
        k = 2.0 * math.sqrt(e)
        e = k * em
        f = aa
        aa = aa + bb / p
        g = e / p
        bb = 2.0 * (bb + f * g)
        p = g + p
        g = em
        em = k + em
    cel = (bb + aa * em) / (em * (em + p))  # times pi/2
    # mu0/(2 pi) z/beta (1 + gam) (pi/2) cel = (mu0/4) z/beta (1 + gam) cel;  1 + gam = 2 a / s
    return z / beta * (2.0 * a / s) * cel


@jit(inline=True)
def _ellipse(u, v):
    """Size of the ellipse with foci +-1 through u + iv: the rate at which Gauss nodes converge (Trefethen, ATAP, thm 19.3)."""
    c = 0.5 * (math.sqrt((u - 1.0) ** 2 + v * v) + math.sqrt((u + 1.0) ** 2 + v * v))
    return c + math.sqrt(max(c * c - 1.0, 0.0))


@jit(inline=True)
def _nodes_for(ellipse, digits):
    """Number of Gauss nodes for an error of exp(-digits), 999 where none will do."""
    if ellipse < 1.2:
        return 999
    return int(digits / (2.0 * math.log(ellipse))) + 2


@jit()
def _face(r1, r2, j, rho, zeta, panel_nodes, out):
    """Add the end z' = const of a thick coil: integral over r of the antiderivative in z; out: F, Bz, G, H, each once.

    Panels grow by a fixed ratio away from r = rho, so that each sees the near-singular point at a
    fixed multiple of its own size; on the face itself (zeta = 0) they are symmetric about it and
    the principal value comes out by itself.
    """
    x = NODES[panel_nodes]
    w = WEIGHTS[panel_nodes]
    az = abs(zeta)
    tiny = 1e-17 * r2
    f = 0.0
    bz = 0.0
    g = 0.0
    h = 0.0
    for side in range(2):
        sign = 1.0 if side == 0 else -1.0
        # offsets delta = sign (r - rho) run from lo to hi on this side
        lo = (r1 - rho) if side == 0 else (rho - r2)
        hi = (r2 - rho) if side == 0 else (rho - r1)
        if hi <= 0.0:
            continue
        cur = max(lo, 0.0)
        if cur == 0.0 and az < tiny:
            cur = tiny
        while cur < hi:
            step = 2.0 * math.sqrt(cur * cur + az * az)
            nxt = cur + step
            if nxt > hi or hi - nxt < 0.3 * step:
                nxt = hi
            half = 0.5 * (nxt - cur)
            mid = 0.5 * (nxt + cur)
            for i in range(panel_nodes):
                d = sign * (mid + half * x[i])
                a = rho + d
                if a <= 0.0:
                    continue
                wt = w[i] * half * j
                n, v, q = _nv_any(a, rho, d, zeta)
                lf, lz, _lg, _lh = _loop_terms(a, rho, d, zeta, n, v, q)
                wa = wt * a * a
                f -= wa * v
                bz += wt * _disc_bz(a, rho, d, zeta)
                g += wa * lf
                h += wa * lz
            cur = nxt
    out[0] += f
    out[1] += bz
    out[2] += g
    out[3] += h


@jit()
def _coil_point(r1, r2, z1, z2, j, rho, z, digits, out):
    """Thick coil at one point: B_rho/rho, B_z, (dB_rho/dz)/rho, dB_z/dz and mu0 j_phi, over mu0/4, added to out[0:5]."""
    rc = 0.5 * (r1 + r2)
    hr = 0.5 * (r2 - r1)
    zc = 0.5 * (z1 + z2)
    hz = 0.5 * (z2 - z1)
    gap_r = max(abs(rho - rc) - hr, 0.0)
    gap_z = max(abs(z - zc) - hz, 0.0)
    nz = _nodes_for(_ellipse((z - zc) / hz, gap_r / hz), digits)
    nr = _nodes_for(_ellipse((rho - rc) / hr, gap_z / hr), digits)
    if nr <= GAUSS_MAX and nz <= 12:
        xr = NODES[nr]
        wr = WEIGHTS[nr]
        xz = NODES[nz]
        wz = WEIGHTS[nz]
        f = 0.0
        bz = 0.0
        g = 0.0
        h = 0.0
        for i in range(nr):
            a = rc + hr * xr[i]
            wa = j * hr * hz * wr[i] * a * a
            for k in range(nz):
                lf, lz, lg, lh = _loop_point(a, rho, a - rho, z - (zc + hz * xz[k]))
                ww = wa * wz[k]
                f += ww * lf
                bz += ww * lz
                g += ww * lg
                h += ww * lh
        out[0] += f
        out[1] += bz
        out[2] += g
        out[3] += h
        return
    pair = np.zeros(4)
    _face(r1, r2, j, rho, z - z1, 16, pair)
    minus = np.zeros(4)
    _face(r1, r2, j, rho, z - z2, 16, minus)
    for i in range(4):
        out[i] += pair[i] - minus[i]
    inside = 0.0
    if r1 <= rho <= r2 and z1 <= z <= z2:
        inside = 1.0
        if rho in (r1, r2):
            inside *= 0.5
        if z in (z1, z2):
            inside *= 0.5
        if inside == 0.25:
            out[2] = np.nan  # a corner: the jacobian has no limit there
            out[3] = np.nan
    out[4] += 4.0 * j * inside


@jit()
def _dress(x, y, rho, f, bz, g, h, c, out):
    """Cartesian B and jacobian of an axisymmetric field from B_rho/rho, B_z, (dB_rho/dz)/rho, dB_z/dz and mu0 j."""
    if rho > 0.0:
        cx = x / rho
        cy = y / rho
    else:
        cx = 1.0
        cy = 0.0
    k2 = -2.0 * f - h  # (dB_rho/drho - B_rho/rho), from div B = 0
    out[0] = x * f
    out[1] = y * f
    out[2] = bz
    out[3] = f + cx * cx * k2
    out[4] = cx * cy * k2
    out[5] = x * g
    out[6] = cx * cy * k2
    out[7] = f + cy * cy * k2
    out[8] = y * g
    out[9] = x * g - cx * c
    out[10] = y * g - cy * c
    out[11] = h


@jit()
def _coils_point(numbers, start, count, digits, x, y, z, out):
    acc = np.zeros(5)
    rho = math.sqrt(x * x + y * y)
    for i in range(count):
        o = start + 5 * i
        r1 = numbers[o]
        r2 = numbers[o + 1]
        z1 = numbers[o + 2]
        z2 = numbers[o + 3]
        j = numbers[o + 4]
        if r1 == r2 and z1 == z2:
            lf, lz, lg, lh = _loop_point(r1, rho, r1 - rho, z - z1)
            w = j * r1 * r1
            acc[0] += w * lf
            acc[1] += w * lz
            acc[2] += w * lg
            acc[3] += w * lh
        else:
            _coil_point(r1, r2, z1, z2, j, rho, z, digits, acc)
    for i in range(5):
        acc[i] *= MU0_4
    _dress(x, y, rho, acc[0], acc[1], acc[2], acc[3], acc[4], out)


@jit()
def _dipole_point(mx, my, mz, x, y, z, out):
    """Jackson, Classical Electrodynamics, 5.56, and its derivative; NaN at the dipole itself."""
    r2 = x * x + y * y + z * z
    if r2 == 0.0:
        out[:] = np.nan
        return
    ir2 = 1.0 / r2
    k = 1e-7 * ir2 * math.sqrt(ir2)
    mr = (mx * x + my * y + mz * z) * ir2
    out[0] = k * (3.0 * mr * x - mx)
    out[1] = k * (3.0 * mr * y - my)
    out[2] = k * (3.0 * mr * z - mz)
    k3 = 3.0 * k * ir2
    mrr = mr * r2
    p = (x, y, z)
    m = (mx, my, mz)
    for i in range(3):
        for j in range(3):
            s = m[i] * p[j] + m[j] * p[i] - 5.0 * mr * p[i] * p[j]
            if i == j:
                s += mrr
            out[3 + 3 * i + j] = k3 * s


@jit()
def _zonal_point(numbers, start, count, x, y, z, out):
    """Exterior zonal multipoles, l = 1..count, centred on the leaf's origin.

    ``numbers[start]`` is the reference radius R and ``numbers[start + l]`` is c_l in B = -R grad sum_l c_l S_l, in lengths of R:
    S_l = P_l(cos)/r^(l+1), T_l = P_l'(cos)/r^(l+2). Since dS_l/dz = -(l+1) S_{l+1} and dS_l/drho = -rho T_{l+1},
    B and its derivatives are sums over S and T of one and two orders more.
    """
    scale = 1.0 / numbers[start]
    xs = x * scale
    ys = y * scale
    u = z * scale
    r2 = xs * xs + ys * ys + u * u
    rho = math.sqrt(xs * xs + ys * ys)
    ir2 = 1.0 / r2
    ir = math.sqrt(ir2)
    u = u * ir2
    # (l+1) S_{l+1} = (2l+1) u S_l - l S_{l-1} / r^2,   l T_{l+1} = (2l+1) u T_l - (l+1) T_{l-1} / r^2
    s1 = u * ir
    s2 = (3.0 * u * s1 - ir2 * ir) * 0.5
    t1 = ir2 * ir
    t2 = 3.0 * u * t1
    f = 0.0
    bz = 0.0
    g = 0.0
    h = 0.0
    for l in range(1, count + 1):
        c = numbers[start + l]
        s3 = ((2 * l + 3) * u * s2 - (l + 1) * ir2 * s1) / (l + 2)
        t3 = ((2 * l + 3) * u * t2 - (l + 2) * ir2 * t1) / (l + 1)
        f += c * t2
        bz += c * (l + 1) * s2
        g -= c * (l + 1) * t3
        h -= c * (l + 1) * (l + 2) * s3
        s1 = s2
        s2 = s3
        t1 = t2
        t2 = t3
    _dress(x, y, rho * numbers[start], f * scale, bz, g * scale * scale, h * scale, 0.0, out)


@jit()
def point(params, x, y, z, out):
    """B and jacobian (row-major) of a packed source at one point, into out[0:12]: the seam ``fields.compiled``."""
    index, numbers = params
    local = np.empty(12)
    half = np.empty(9)
    for i in range(12):
        out[i] = 0.0
    for leaf in range(index[0]):
        kind = index[1 + 4 * leaf]
        start = index[2 + 4 * leaf]
        count = index[3 + 4 * leaf]
        dx = x - numbers[start]
        dy = y - numbers[start + 1]
        dz = z - numbers[start + 2]
        rot = numbers[start + 3 : start + 12]
        plain = index[4 + 4 * leaf] == 0
        if plain:
            px, py, pz = dx, dy, dz
        else:
            px = rot[0] * dx + rot[3] * dy + rot[6] * dz
            py = rot[1] * dx + rot[4] * dy + rot[7] * dz
            pz = rot[2] * dx + rot[5] * dy + rot[8] * dz
        at = start + 12
        if kind == COILS:
            _coils_point(numbers, at + 1, count, numbers[at], px, py, pz, local)
        elif kind == DIPOLE:
            _dipole_point(numbers[at], numbers[at + 1], numbers[at + 2], px, py, pz, local)
        elif kind == UNIFORM:
            for i in range(12):
                local[i] = 0.0
            for i in range(3):
                local[i] = numbers[at + i]
        else:
            _zonal_point(numbers, at, count, px, py, pz, local)
        if plain:
            for i in range(12):
                out[i] += local[i]
        else:
            for i in range(3):
                out[i] += rot[3 * i] * local[0] + rot[3 * i + 1] * local[1] + rot[3 * i + 2] * local[2]
                for j in range(3):
                    half[3 * i + j] = (
                        rot[3 * i] * local[3 + j] + rot[3 * i + 1] * local[6 + j] + rot[3 * i + 2] * local[9 + j]
                    )
            for i in range(3):
                for j in range(3):
                    out[3 + 3 * i + j] += (
                        half[3 * i] * rot[3 * j] + half[3 * i + 1] * rot[3 * j + 1] + half[3 * i + 2] * rot[3 * j + 2]
                    )


@jit()
def many(params, points, b, jac):
    """The point kernel over (n, 3) points."""
    out = np.empty(12)
    for i in range(points.shape[0]):
        point(params, points[i, 0], points[i, 1], points[i, 2], out)
        for k in range(3):
            b[i, k] = out[k]
        for k in range(9):
            jac[i, k] = out[3 + k]
