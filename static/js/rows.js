// Tables with data-rows: j and k move, Enter opens, x ticks, c compares; a bar counts the ticks.
import { isTyping, say, singleKeys } from "./say.js";

const rows = () => [...document.querySelectorAll("[data-rows] tbody tr")].filter((row) => row.checkVisibility());
const tick = (row) => row?.querySelector("input[type=checkbox][name]");

function current() {
  return document.activeElement?.closest?.("[data-rows] tbody tr") ?? null;
}

function move(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(current());
  const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
  next.tabIndex = -1;
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

function press(event) {
  if (isTyping(event) || !document.querySelector("[data-rows]")) return;
  const row = current();
  if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "x") tick(row)?.click();
  else if (event.key === "c") document.querySelector("[data-compare]:not(:disabled)")?.click();
  else if (event.key === "Enter" && event.target === row) row.querySelector("a[href]")?.click();
}

function ticked(form) {
  return form.querySelectorAll("tbody input[type=checkbox][name]:checked").length;
}

/** The bar is a plain submit button without a script; with one it appears when it can be used. */
function refresh(bar) {
  const number = ticked(bar.closest("form") ?? document);
  bar.hidden = number === 0;
  bar.querySelector("[data-bar-words]").textContent = `${number} ticked`;
  for (const button of bar.querySelectorAll("[data-compare]")) {
    button.disabled = number < 2;
    button.firstChild.textContent = number < 2 ? "Compare " : `Compare ${number} `;
  }
}

function refreshAll() {
  for (const bar of document.querySelectorAll("[data-bar]")) refresh(bar);
  for (const all of document.querySelectorAll("[data-tick-all]")) {
    const boxes = [...all.closest("table").querySelectorAll("tbody input[type=checkbox][name]")];
    const on = boxes.filter((box) => box.checked).length;
    all.checked = on > 0 && on === boxes.length;
    all.indeterminate = on > 0 && on < boxes.length;
  }
}

let last = null;
/** Shift and a click tick every row between this one and the one before. */
function reach(box) {
  const boxes = [...box.closest("table").querySelectorAll("tbody input[type=checkbox][name]")];
  const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
  if (from < 0) return;
  for (const between of boxes.slice(from, to + 1)) between.checked = box.checked;
}

document.addEventListener("click", (event) => {
  const box = event.target;
  if (!box.matches?.("[data-rows] tbody input[type=checkbox][name]")) return;
  if (event.shiftKey && last && last !== box) reach(box);
  last = box;
  refreshAll();
});
document.addEventListener("change", (event) => {
  const all = event.target.closest?.("[data-tick-all]");
  if (all) {
    for (const box of all.closest("table").querySelectorAll("tbody input[type=checkbox][name]")) box.checked = all.checked;
  }
  if (!event.target.closest?.("[data-rows]")) return;
  refreshAll();
  const form = event.target.closest("form");
  if (form?.querySelector("[data-bar]")) say(`${ticked(form)} ticked`);
});
document.addEventListener("htmx:after:swap", refreshAll);
window.addEventListener("pageshow", refreshAll); // going back restores ticks without a change event
if (singleKeys) document.addEventListener("keydown", press);
refreshAll();
