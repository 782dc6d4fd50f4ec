// A button with data-copy puts that text on the clipboard and says so for two seconds.
// With nothing in it, it is the page's own address, as it is by then.
import { say } from "./say.js";

const SHOWN = 2000;

async function put(text) {
  if (navigator.clipboard && isSecureContext) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea"); // plain http on an intranet has no clipboard API
  area.value = text;
  area.className = "only-read-aloud";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new DOMException("refused", "NotAllowedError");
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  try {
    await put(button.dataset.copy || location.href);
  } catch {
    return say("Copying was refused by the browser. Select the text instead.");
  }
  button.dataset.copied = "";
  button.focus();
  say("Copied");
  setTimeout(() => delete button.dataset.copied, SHOWN);
});
