// Curves: asks for charts, keeps x, scale, smoothing and range in the address, draws with uPlot.
import { plot } from "./curve_plot.js";

const LIVE = 5000;
const WORDS = ["x", "scale", "smooth", "from", "to"];
const PLAIN = { x: "step", scale: "linear", smooth: "0", from: "", to: "" };

function start(section) {
  const form = section.querySelector("form");
  const grid = section.querySelector("[data-charts]");
  const note = section.querySelector("[data-curves-note]");
  const whole = section.querySelector("[data-whole]");
  const kept = new Map(); // address -> { etag, charts }: going back over a zoom costs one 304
  let drawn = [];
  let shown = null;
  let timer = 0;
  let asked = new AbortController();

  const state = () => Object.fromEntries(WORDS.map((word) => [word, form.elements[word].value]));

  function address() {
    const url = new URL(section.dataset.curves, location.href);
    for (const word of ["x", "from", "to"]) {
      if (state()[word]) url.searchParams.set(word, state()[word]);
    }
    return url.href;
  }

  /** The page's own address says what is drawn, so that a link shows the same. */
  function remember() {
    const url = new URL(location.href);
    for (const [word, value] of Object.entries(state())) {
      value === PLAIN[word] ? url.searchParams.delete(word) : url.searchParams.set(word, value);
    }
    history.replaceState(history.state, "", url);
  }

  async function answered(url) {
    const before = kept.get(url);
    const headers = before?.etag ? { "If-None-Match": before.etag } : {};
    const answer = await fetch(url, { headers, signal: asked.signal, cache: "no-store" });
    if (answer.status === 304) return before.answer;
    if (!answer.ok) throw new TypeError(String(answer.status));
    const fresh = { etag: answer.headers.get("ETag"), answer: await answer.json() };
    kept.set(url, fresh);
    return fresh.answer;
  }

  async function ask() {
    clearTimeout(timer);
    asked.abort();
    asked = new AbortController();
    try {
      const answer = await answered(address());
      if (answer !== shown) draw(answer);
      if (answer.live) timer = setTimeout(again, LIVE);
    } catch (error) {
      if (error.name === "AbortError") return;
      if (!(error instanceof TypeError)) throw error;
      note.textContent = "The curves could not be read. Reload the page to try again.";
    }
  }

  function again() {
    if (!section.isConnected) return;
    document.hidden ? document.addEventListener("visibilitychange", again, { once: true }) : ask();
  }

  function draw(answer) {
    shown = answer;
    drawn.forEach((curve) => curve.end());
    grid.replaceChildren();
    drawn = answer.charts.map((chart) => plot(grid, chart, state(), zoom));
    note.textContent = answer.charts.length ? "" : "No series was logged in this range.";
    whole.hidden = !(state().from || state().to);
  }

  function zoom(from, to) {
    form.elements.from.value = from;
    form.elements.to.value = to;
    remember();
    ask();
  }

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", (event) => {
    if (event.target.name === "x") form.elements.from.value = form.elements.to.value = "";
    form.querySelector("output").value = form.elements.smooth.value;
    remember();
    event.target.name === "x" ? ask() : shown && draw(shown);
  });
  whole.addEventListener("click", () => {
    zoom("", "");
    form.elements.x.focus();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => shown && draw(shown));
  ask();
}

for (const section of document.querySelectorAll("[data-curves]")) start(section);
