// "/" searches, "?" lists the keys, "g" and a letter go to a section.
import { isTyping, singleKeys } from "./say.js";

const PAUSE = 1200;
let wentAt = 0;

function go(letter) {
  wentAt = 0;
  document.querySelector(`[data-go="${CSS.escape(letter)}"]`)?.click();
}

function press(event) {
  if (isTyping(event)) return;
  if (performance.now() - wentAt < PAUSE) return go(event.key);
  if (event.key === "g") {
    wentAt = performance.now();
  } else if (event.key === "/") {
    event.preventDefault();
    const field = document.getElementById("search");
    field?.checkVisibility() ? field.focus() : location.assign("/search/");
  } else if (event.key === "?") {
    document.getElementById("keys")?.showModal();
  }
}

wentAt = -PAUSE;
if (singleKeys) document.addEventListener("keydown", press);

// Buttons with command= open dialogs by themselves in new browsers; this is for the others.
if (!("commandForElement" in HTMLButtonElement.prototype)) {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[commandfor]");
    const dialog = button && document.getElementById(button.getAttribute("commandfor"));
    if (!dialog) return;
    button.getAttribute("command") === "close" ? dialog.close() : dialog.showModal();
  });
}

// A menu closes when one looks elsewhere; a dialog when one clicks beside it.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target) || event.target.closest("button[commandfor]")) menu.open = false;
  }
  if (event.target instanceof HTMLDialogElement) event.target.close();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest?.("details[data-menu][open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
