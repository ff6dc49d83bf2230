"use strict";
// The HTML twin at work: contents, folded appendix, tables that sort, charts that tell values.
// Everything can be read without it.

const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// --- contents ------------------------------------------------------------------------------

const contents = document.querySelector("#navigation details");
const narrow = matchMedia("(max-width: 63.99rem)");

function foldContents() {
  if (contents) contents.open = !narrow.matches;
}

function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let part = target; part; part = part.parentElement)
    if (part.tagName === "DETAILS") part.open = true;
  if (target) target.scrollIntoView();
}

function linkHeadings() {
  for (const heading of all("section[id] > h2, h3[id]")) {
    const link = document.createElement("a");
    link.className = "anchor";
    link.href = "#" + (heading.id || heading.parentElement.id);
    link.setAttribute("aria-label", "Link to " + heading.textContent);
    heading.append(link);
  }
}

function followReading() {
  const links = new Map(all("#navigation a").map((link) => [link.hash.slice(1), link]));
  const watch = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        for (const link of links.values()) link.removeAttribute("aria-current");
        links.get(entry.target.id).setAttribute("aria-current", "true");
      }
    },
    { rootMargin: "0px 0px -85% 0px" },
  );
  for (const id of links.keys()) watch.observe(document.getElementById(id));
}

foldContents();
narrow.addEventListener("change", foldContents);
all("#navigation a").forEach((link) =>
  link.addEventListener("click", () => {
    if (narrow.matches) contents.open = false;
  }),
);
linkHeadings();
followReading();
addEventListener("hashchange", openTarget);
openTarget();
addEventListener("beforeprint", () => all("details").forEach((part) => (part.open = true)));

// --- tables --------------------------------------------------------------------------------

const MISSING = /^[\u2013-]?$/;

function readCell(row, column) {
  const text = row.cells[column].innerText.trim().replace(/\u2212/g, "-");
  const bare = text.replace(/^[\u2265\u2264<>\s]+/, "").replace(/[,\u00a0\u202f]/g, "");
  const isNumber = /^[+-]?\d/.test(bare) && !/^\d{4}-\d\d/.test(bare);
  return { text, missing: MISSING.test(text), number: isNumber ? parseFloat(bare) : NaN };
}

function compareCells(a, b) {
  if (!isNaN(a.number) && !isNaN(b.number)) return a.number - b.number;
  return a.text.localeCompare(b.text, "en", { numeric: true });
}

function sortRows(body, column, direction, original) {
  const rows = original.map((row) => [row, readCell(row, column)]);
  if (direction)
    rows.sort(([, a], [, b]) =>
      a.missing || b.missing ? a.missing - b.missing : direction * compareCells(a, b),
    );
  body.append(...rows.map(([row]) => row));
}

function makeSortable(table) {
  const body = table.tBodies[0];
  const headings = table.tHead && table.tHead.rows.length === 1 ? [...table.tHead.rows[0].cells] : [];
  const names = headings.map((cell) => cell.textContent);
  const isPlain = new Set(names).size === names.length && !table.querySelector("[colspan], [rowspan]");
  if (!isPlain || headings.length < 2 || body.rows.length < 3) return;
  const original = [...body.rows];
  headings.forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const next = { none: "ascending", ascending: "descending", descending: "none" };
      const order = next[heading.getAttribute("aria-sort") || "none"];
      headings.forEach((cell) => cell.removeAttribute("aria-sort"));
      if (order !== "none") heading.setAttribute("aria-sort", order);
      sortRows(body, column, { ascending: 1, descending: -1, none: 0 }[order], original);
    });
  });
}

all("table.data").forEach(makeSortable);

// --- charts --------------------------------------------------------------------------------

function markWide(boxes) {
  for (const { target } of boxes)
    target.parentElement.classList.toggle("wide", target.scrollWidth > target.clientWidth);
}

const widths = new ResizeObserver(markWide);
all("figure > .scroll").forEach((box) => widths.observe(box));

const CURVE = 30; // a series of more points is followed along x
const REACH = 30; // points of the chart from which a mark is found

const tip = document.createElement("div");
tip.id = "tip";
tip.hidden = true;
document.body.append(tip);
const ring = document.createElementNS("http://www.w3.org/2000/svg", "circle");
ring.setAttribute("r", 3.5);
ring.id = "ring";

function readSeries(group) {
  const [kind, value, ...name] = group.dataset.series.split("|");
  const paths = all("path", group).filter((path) => !path.closest("defs"));
  const corners = paths.flatMap((path) => {
    const numbers = (path.getAttribute("d").match(/-?[\d.]+/g) || []).map(Number);
    return numbers.flatMap((x, k) => (k % 2 ? [] : [[x, numbers[k + 1]]]));
  });
  const marks = all("use", group).map((use) => [+use.getAttribute("x"), +use.getAttribute("y")]);
  const label = name.join("|");
  if (kind === "point") {
    const places = [...corners, ...marks];
    return places.map(([x, y]) => ({ x, y, kind, label, isCurve: places.length > CURVE }));
  }
  const [xs, ys] = [0, 1].map((axis) => corners.map((corner) => corner[axis]));
  const box = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  return [{ x: (box[0] + box[2]) / 2, y: (box[1] + box[3]) / 2, kind, label, value: +value, box }];
}

function readAxis([kind, low, high, label, names], part) {
  const value =
    kind === "log"
      ? Math.exp(Math.log(low) + part * (Math.log(high) - Math.log(low)))
      : low + part * (high - low);
  if (names) {
    const nearest = [...names].sort((a, b) => Math.abs(a[0] - value) - Math.abs(b[0] - value))[0];
    return nearest ? nearest[1] : "";
  }
  if (kind === "date") return new Date(value * 864e5).toISOString().slice(0, 10);
  if (kind === "log") return withLabel(label, +value.toPrecision(3));
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(high - low) || 1)));
  return withLabel(label, +value.toFixed(digits));
}

function toDigits(value) {
  return Math.abs(value) >= 100 ? Math.round(value) : +value.toPrecision(3);
}

function withLabel(label, value) {
  const text = (value || 0).toLocaleString("en-US", { maximumFractionDigits: 6 });
  return (label ? label + ": " : "") + text.replace("-", "\u2212");
}

function distance(point, mark) {
  if (mark.box) {
    const [left, top, right, bottom] = mark.box;
    const dx = Math.max(left - point.x, 0, point.x - right);
    return Math.hypot(dx, Math.max(top - point.y, 0, point.y - bottom));
  }
  return Math.hypot(point.x - mark.x, (mark.isCurve ? 0.1 : 1) * (point.y - mark.y));
}

function describe(mark, [left, top, width, height, x, y]) {
  const across = readAxis(x, (mark.x - left) / width);
  const up = readAxis(y, 1 - (mark.y - top) / height);
  const words = mark.kind === "vertical" ? [across] : mark.kind === "flat" ? [up] : [across, up];
  if (mark.box) words.push(withLabel(mark.kind === "flat" ? x[3] : y[3], toDigits(mark.value)));
  return [mark.label, ...words].filter(Boolean).join("\n");
}

function showValues(chart) {
  const title = chart.querySelector("title");
  chart.setAttribute("aria-label", title.textContent); // a browser would show it over the values
  title.remove();
  const frames = JSON.parse(chart.dataset.axes);
  let marks = null;
  const inside = (frame, { x, y }) =>
    x >= frame[0] - 4 && x <= frame[0] + frame[2] + 4 && y >= frame[1] - 4 && y <= frame[1] + frame[3] + 4;
  const hide = () => {
    tip.hidden = true;
    ring.remove();
  };
  const show = (event) => {
    marks = marks || all("[data-series]", chart).flatMap(readSeries);
    const here = new DOMPoint(event.clientX, event.clientY);
    const point = here.matrixTransform(chart.getScreenCTM().inverse());
    const frame = frames.find((one) => inside(one, point));
    let [best, nearest] = [null, REACH];
    for (const mark of frame ? marks : []) {
      const away = inside(frame, mark) ? distance(point, mark) : Infinity;
      if (away < nearest) [best, nearest] = [mark, away];
    }
    if (!best) return hide();
    tip.textContent = describe(best, frame);
    tip.hidden = false;
    const room = document.documentElement.clientWidth - tip.offsetWidth - 8;
    tip.style.left = Math.max(8, Math.min(event.clientX + 14, room)) + "px";
    const above = event.clientY - tip.offsetHeight - 14;
    tip.style.top = (above > 8 ? above : event.clientY + 18) + "px";
    ring.setAttribute("cx", best.x);
    ring.setAttribute("cy", best.y);
    if (!best.box) chart.append(ring);
    else ring.remove();
  };
  chart.addEventListener("pointermove", show);
  chart.addEventListener("pointerdown", show);
  chart.addEventListener("pointerleave", hide);
}

all("svg[data-axes]").forEach(showValues);
