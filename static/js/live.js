// The content of a page that stays open is drawn anew once something changed: an active sprint
// on the wall. It asks one small address (data-live); a hidden page rests. Who is writing or
// choosing keeps the page as it is, and is told instead.
import { say } from "./say.js";

const EVERY = 2000;
const LONGEST = 30000;

function start(content) {
  let mark = content.dataset.mark;
  let wait = EVERY;
  let shown = null; // what the server drew last, to tell whether anything on this page changed
  let touched = false;

  content.addEventListener("input", () => (touched = true));

  async function ask() {
    if (document.hidden) return document.addEventListener("visibilitychange", ask, { once: true });
    try {
      const headers = { "If-None-Match": `"${mark}"`, "X-Requested-With": "fetch" };
      const answer = await fetch(content.dataset.live, { headers, cache: "no-store" });
      if (answer.status === 204) await look(answer.headers.get("ETag"));
      else if (answer.status !== 304) return;
      wait = EVERY;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      wait = Math.min(wait * 2, LONGEST);
    }
    setTimeout(ask, wait);
  }

  async function look(etag) {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (!answer.ok || answer.redirected) throw new TypeError(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("content");
    if (!fresh) return;
    mark = etag.replaceAll('"', "");
    const drawn = plain(fresh);
    if (drawn === (shown ?? plain(content))) return;
    if (busy()) return offer();
    shown = drawn;
    replace(fresh);
  }

  /** Forms carry a token of their own each time: that is no change. */
  function plain(of) {
    const copy = of.cloneNode(true);
    for (const one of copy.querySelectorAll("[name=csrfmiddlewaretoken], [data-moved]")) one.remove();
    return copy.textContent.replace(/\s+/g, " ") + copy.querySelectorAll("*").length;
  }

  function busy() {
    const at = document.activeElement;
    const writing = content.contains(at) && at.matches("input, textarea, select");
    return touched || writing || content.querySelector("dialog[open], details[open] form") != null;
  }

  function replace(fresh) {
    const at = content.contains(document.activeElement) ? document.activeElement : null;
    const [id, href] = [at?.id, at?.getAttribute("href")];
    content.replaceChildren(...fresh.childNodes);
    const again = id ? document.getElementById(id) : href && content.querySelector(`a[href="${CSS.escape(href)}"]`);
    again?.focus({ preventScroll: true });
    document.dispatchEvent(new Event("htmx:after:swap"));
    say("The page was brought up to date.");
  }

  function offer() {
    if (content.querySelector("[data-moved]")) return;
    const note = document.createElement("div");
    note.className = "notice";
    note.dataset.moved = "";
    const words = document.createElement("div");
    words.className = "words";
    words.textContent = "This page has changed meanwhile.";
    const link = document.createElement("a");
    link.className = "button small";
    link.href = location.href;
    link.textContent = "Show";
    note.append(words, link);
    content.prepend(note);
    say(words.textContent);
  }

  setTimeout(ask, wait);
}

const content = document.querySelector("[data-live]");
if (content) start(content);
