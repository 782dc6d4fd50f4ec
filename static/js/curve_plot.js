// One chart: its canvas, its legend with the values under the cursor, its best points.
const HEIGHT = 220;
const MANY = 20;
const COLOURS = 8;

/** Draws a chart at the end of `parent`; `zoom(from, to)` is called with a dragged range. */
export function plot(parent, chart, state, zoom) {
  const figure = element("figure", "curve");
  const caption = element("figcaption", "curve-title", chart.title + (chart.unit ? `, ${chart.unit}` : ""));
  const place = element("div", "curve-plot");
  const legend = element("ul", chart.series.length > MANY ? "legend many" : "legend");
  figure.append(caption, place, legend);
  parent.append(figure);

  if (!chart.series.some((series) => series.x.length)) {
    place.replaceWith(element("p", "quiet small", "No point was logged in this range."));
    return { end() {} };
  }
  const lines = chart.series.map((series, at) => lineOf(series, at, state));
  lines.forEach((line) => legend.append(line.entry));
  const colours = { line: colourOf(place, "ink-line"), words: colourOf(place, "ink-words"), ground: colourOf(place, "ink-ground") };
  const { columns, styles } = columnsOf(lines, state, chart.series.length > MANY ? 1 : 1.75);
  const canvas = new uPlot(options(place, styles, colours, state, { zoom, lines }), columns, place);
  canvas.root.setAttribute("role", "img");
  canvas.root.setAttribute("aria-label", `${chart.title}: ${lines.map((line) => line.words).join("; ")}`);

  legend.addEventListener("click", (event) => toggle(event, lines, canvas));
  const size = new ResizeObserver(() => canvas.setSize({ width: place.clientWidth, height: HEIGHT }));
  size.observe(place);
  return {
    end() {
      size.disconnect();
      canvas.destroy();
    },
  };
}

function lineOf(series, at, state) {
  const number = ((series.colour ?? at + 1) - 1) % COLOURS + 1;
  const entry = element("li", "");
  const button = element("button", "legend-name");
  button.type = "button";
  button.setAttribute("aria-pressed", "true");
  const swatch = element("span", `swatch series-${number}${series.dash ? " dash" : ""}`);
  const value = element("span", "legend-value num", resting(series, state));
  button.append(swatch, element("span", "cut", series.label));
  entry.append(button, value);
  const y = state.scale === "log" ? series.y.map((v) => (v > 0 ? v : null)) : series.y;
  const best = value.textContent;
  return { series, y, entry, button, swatch, value, best, words: `${series.label} ${best}` };
}

function resting(series, state) {
  if (!series.best) return "";
  const { x, y } = series.best;
  const at = state.x === "time" ? new Date(x * 1000).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" }) : short(x);
  return `best ${short(y)} at ${at}`;
}

/** uPlot wants one x for all; what a series has no point at is left undefined and drawn through. */
function columnsOf(lines, state, width) {
  const smooth = Number(state.smooth);
  const tables = [];
  const styles = [];
  for (const line of lines) {
    const stroke = () => getComputedStyle(line.swatch).color;
    const dash = line.series.dash ? [5, 4] : undefined;
    const columns = smooth ? [line.y, smoothed(line.y, smooth)] : [line.y];
    tables.push([line.series.x, ...columns]);
    columns.forEach((_, at) => {
      const raw = smooth > 0 && at === 0;
      styles.push({ line, raw, label: line.series.label, stroke, dash, width: raw ? 1 : width, alpha: raw ? 0.28 : 1, points: { show: line.y.length < 3 } });
    });
  }
  return { columns: tables.length ? uPlot.join(tables) : [[]], styles };
}

/** An exponential mean that starts at the first value rather than at nought. */
export function smoothed(values, weight) {
  let sum = 0;
  let norm = 0;
  return values.map((value) => {
    if (value == null) return value;
    sum = sum * weight + value * (1 - weight);
    norm = norm * weight + (1 - weight);
    return sum / norm;
  });
}

function options(place, styles, colours, state, { zoom, lines }) {
  const axis = { stroke: colours.words, grid: { stroke: colours.line, width: 1 }, ticks: { show: false }, font: "11px system-ui, sans-serif" };
  const side = { ...axis, size: 56, values: (_, marks) => marks.map((mark) => (mark == null ? "" : short(mark))) };
  return {
    width: place.clientWidth,
    height: HEIGHT,
    padding: [8, 18, 0, 0],
    legend: { show: false },
    focus: { alpha: 0.3 },
    cursor: { sync: { key: "curves" }, focus: { prox: 16 }, drag: { x: true, y: false, setScale: false }, points: { size: 6 } },
    scales: { x: { time: state.x === "time" }, y: { distr: state.scale === "log" ? 3 : 1 } },
    axes: [{ ...axis, size: 28 }, side],
    series: [{}, ...styles],
    hooks: {
      draw: [(canvas) => markBest(canvas, styles, colours.ground)],
      setCursor: [(canvas) => tell(canvas, styles, lines)],
      setSelect: [(canvas) => selected(canvas, state, zoom)],
    },
  };
}

function selected(canvas, state, zoom) {
  const { left, width } = canvas.select;
  if (width < 4) return;
  const [from, to] = [left, left + width].map((at) => canvas.posToVal(at, "x"));
  state.x === "step" ? zoom(Math.floor(from), Math.ceil(to)) : zoom(from.toFixed(3), to.toFixed(3));
}

function tell(canvas, styles, lines) {
  const at = canvas.cursor.idx;
  for (const line of lines) line.value.textContent = line.best;
  if (at == null) return;
  styles.forEach((style, number) => {
    const near = canvas.cursor.idxs?.[number + 1] ?? at;
    const value = canvas.data[number + 1][near];
    if (!style.raw && value != null) style.line.value.textContent = short(value);
  });
}

/** A ring round the best point of each series that is shown and in range. */
function markBest(canvas, styles, ground) {
  const { ctx, bbox } = canvas;
  ctx.save();
  ctx.setLineDash([]);
  styles.forEach((style, number) => {
    const best = style.line.series.best;
    if (style.raw || !best || !canvas.series[number + 1].show) return;
    const [x, y] = [canvas.valToPos(best.x, "x", true), canvas.valToPos(best.y, "y", true)];
    if (!(x >= bbox.left && x <= bbox.left + bbox.width && y >= bbox.top && y <= bbox.top + bbox.height)) return;
    ctx.beginPath();
    ctx.arc(x, y, 4 * devicePixelRatio, 0, 2 * Math.PI);
    ctx.fillStyle = ground;
    ctx.strokeStyle = getComputedStyle(style.line.swatch).color;
    ctx.lineWidth = 2 * devicePixelRatio;
    ctx.fill();
    ctx.stroke();
  });
  ctx.restore();
}

function toggle(event, lines, canvas) {
  const line = lines.find(({ button }) => button.contains(event.target));
  if (!line) return;
  const show = line.button.getAttribute("aria-pressed") !== "true";
  line.button.setAttribute("aria-pressed", String(show));
  canvas.series.forEach((series, at) => series.line === line && canvas.setSeries(at, { show }));
}

/** Four significant digits, as the page's own numbers have. */
export function short(value) {
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.0005 || size >= 1e7)) return value.toExponential(3).replace(/\.?0+e\+?/, "e");
  if (Number.isInteger(value) || size >= 1000) return value.toLocaleString("en-GB", { maximumFractionDigits: 0 });
  return String(Number(value.toPrecision(4)));
}

function colourOf(place, name) {
  const probe = element("span", name);
  place.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

function element(kind, name, words = "") {
  const made = document.createElement(kind);
  made.className = name;
  made.textContent = words;
  return made;
}
