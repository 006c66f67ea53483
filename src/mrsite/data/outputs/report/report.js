"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  document.documentElement.classList.add("scripted");
  const figures = [...document.querySelectorAll("figure.plan")];
  const views = new Map();

  // One figure: its window in picture metres, moved by mouse, touch, buttons and keys.
  for (const figure of figures) {
    const svg = figure.querySelector("svg");
    const base = svg.viewBox.baseVal;
    const home = { x: base.x, y: base.y, w: base.width, h: base.height };
    const view = { figure, svg, home, box: { ...home }, info: data.figures[figure.id] };
    views.set(figure.id, view);
    view.show = (box) => {
      const w = Math.min(Math.max(box.w, home.w / 200), home.w * 2);
      const h = w * home.h / home.w;
      const x = box.x + (box.w - w) / 2, y = box.y + (box.h - h) / 2;
      view.box = { x, y, w, h };
      svg.setAttribute("viewBox", [x, y, w, h].map((v) => v.toFixed(4)).join(" "));
    };
    view.zoom = (factor, at) => {
      const b = view.box, p = at || { x: b.x + b.w / 2, y: b.y + b.h / 2 };
      view.show({ x: p.x - (p.x - b.x) * factor, y: p.y - (p.y - b.y) * factor, w: b.w * factor, h: b.h * factor });
    };
    view.pan = (dx, dy) => view.show({ ...view.box, x: view.box.x + dx * view.box.w, y: view.box.y + dy * view.box.h });
    const point = (event) => {
      const m = svg.getScreenCTM().inverse();
      return new DOMPoint(event.clientX, event.clientY).matrixTransform(m);
    };
    const held = new Map();
    let spread = 0;
    svg.addEventListener("pointerdown", (e) => { held.set(e.pointerId, e); svg.setPointerCapture(e.pointerId); spread = 0; });
    for (const end of ["pointerup", "pointercancel"]) svg.addEventListener(end, (e) => { held.delete(e.pointerId); spread = 0; });
    svg.addEventListener("pointermove", (e) => {
      if (held.has(e.pointerId)) {
        const before = held.get(e.pointerId);
        held.set(e.pointerId, e);
        if (held.size === 1) {
          const scale = view.box.w / svg.getBoundingClientRect().width;
          view.show({ ...view.box, x: view.box.x - (e.clientX - before.clientX) * scale, y: view.box.y - (e.clientY - before.clientY) * scale });
        } else if (held.size === 2) {
          const [a, b] = [...held.values()];
          const now = Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
          if (spread) view.zoom(spread / now, point({ clientX: (a.clientX + b.clientX) / 2, clientY: (a.clientY + b.clientY) / 2 }));
          spread = now;
        }
      }
      const p = point(e);
      say(view, view.info.x0 + p.x, view.info.y1 - p.y, false);
    });
    svg.addEventListener("wheel", (e) => {
      if (document.activeElement !== svg && !e.ctrlKey && !view.entered) return; // the page scrolls until the plan is clicked
      e.preventDefault();
      view.zoom(e.deltaY > 0 ? 1.2 : 1 / 1.2, point(e));
    }, { passive: false });
    svg.addEventListener("click", () => { view.entered = true; svg.focus(); });
    svg.addEventListener("blur", () => { view.entered = false; });
    svg.addEventListener("keydown", (e) => {
      const acts = {
        ArrowLeft: () => view.pan(-0.1, 0), ArrowRight: () => view.pan(0.1, 0), ArrowUp: () => view.pan(0, -0.1),
        ArrowDown: () => view.pan(0, 0.1), "+": () => view.zoom(1 / 1.25), "=": () => view.zoom(1 / 1.25),
        "-": () => view.zoom(1.25), 0: () => view.show(home), Home: () => view.show(home),
      };
      if (acts[e.key] && !e.ctrlKey && !e.metaKey && !e.altKey) { acts[e.key](); e.preventDefault(); }
    });
    const press = (name, act) => figure.querySelector(`[data-act="${name}"]`)?.addEventListener("click", act);
    press("in", () => view.zoom(1 / 1.4));
    press("out", () => view.zoom(1.4));
    press("home", () => view.show(home));
    press("read", () => {
      const [x, y] = [...figure.querySelectorAll("input[type=number]")].map((i) => parseFloat(i.value));
      say(view, x, y, true);
    });
    for (const box of figure.querySelectorAll("input[type=checkbox]")) {
      box.addEventListener("change", () => {
        const layer = document.getElementById(box.dataset.layer);
        if (layer) layer.classList.toggle("off", !box.checked);
      });
    }
    if (view.info.map) view.info.map.q = decode(view.info.map.data);
  }

  function decode(text) {
    const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    const view = new DataView(bytes.buffer);
    return Uint16Array.from({ length: bytes.length / 2 }, (_, k) => view.getUint16(2 * k, true));
  }

  // |B| in tesla, from the four values around a point: bilinear in the logarithm.
  function field(map, x, y) {
    const u = (x - map.x0) / map.step, v = (y - map.y0) / map.step;
    const i = Math.floor(u), j = Math.floor(v);
    if (!(i >= 0 && j >= 0 && i + 1 < map.nx && j + 1 < map.ny)) return null;
    const at = (a, b) => map.q[b * map.nx + a];
    const corners = [at(i, j), at(i + 1, j), at(i, j + 1), at(i + 1, j + 1)];
    if (corners.some((q) => q === 0)) return null;
    const f = u - i, g = v - j;
    const q = (1 - g) * ((1 - f) * corners[0] + f * corners[1]) + g * ((1 - f) * corners[2] + f * corners[3]);
    return Math.exp(map.low + (q - 1) / 65534 * (map.high - map.low));
  }

  function say(view, x, y, aloud) {
    const out = view.figure.querySelector(aloud ? ".said" : ".readout");
    if (!out) return;
    const where = `x ${x.toFixed(2)} m, y ${y.toFixed(2)} m`;
    const map = view.info.map;
    const b = map && Number.isFinite(x) && Number.isFinite(y) ? field(map, x, y) : null;
    out.textContent = b === null ? `${where}: no field value here`
      : `${where}: |B| about ${(b * 1e3).toPrecision(3)} mT at ${map.height} m above floor (central model, no verdict)`;
    out.dataset.tesla = b === null ? "" : String(b);
  }

  function storey(id) {
    for (const figure of figures) figure.classList.toggle("off", figure.id !== id);
    for (const button of document.querySelectorAll("[data-storey]")) button.setAttribute("aria-pressed", String(button.dataset.storey === id));
  }
  for (const button of document.querySelectorAll("[data-storey]")) button.addEventListener("click", () => storey(button.dataset.storey));
  if (figures.length) storey(figures[0].id);

  // From a finding to its place.
  for (const link of document.querySelectorAll("a.go")) {
    link.addEventListener("click", (e) => {
      const place = data.places[link.dataset.finding];
      if (!place) return;
      e.preventDefault();
      storey(place.figure);
      const view = views.get(place.figure);
      view.show({ x: place.x, y: place.y, w: place.w, h: place.h });
      for (const old of document.querySelectorAll(".here")) old.remove();
      const ring = document.createElementNS("http://www.w3.org/2000/svg", "circle");
      ring.setAttribute("class", "here");
      ring.setAttribute("cx", place.cx); ring.setAttribute("cy", place.cy); ring.setAttribute("r", place.r);
      view.svg.append(ring);
      view.figure.scrollIntoView({ block: "start" });
      view.svg.focus({ preventScroll: true });
      const said = view.figure.querySelector(".said");
      if (said) said.textContent = `Showing finding ${link.dataset.finding}`;
      location.hash = ""; history.replaceState(null, "", "#" + place.figure);
    });
  }
  addEventListener("beforeprint", () => { for (const view of views.values()) { view.kept = view.box; view.show(view.home); } });
  addEventListener("afterprint", () => { for (const view of views.values()) view.show(view.kept || view.home); });
})();
