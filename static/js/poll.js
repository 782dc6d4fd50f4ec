// An element with data-poll="URL" is replaced by what the URL answers, until the answer has no
// data-poll any more. If-None-Match makes an unchanged answer cost nothing; a hidden page rests.
const EVERY = 2000;
const LONGEST = 30000;

function start(element) {
  let etag = null;
  let wait = Number(element.dataset.every) || EVERY;
  element.dataset.polled = "";

  async function ask() {
    if (!element.isConnected) return;
    if (document.hidden) return document.addEventListener("visibilitychange", ask, { once: true });
    try {
      const headers = { "X-Requested-With": "fetch", ...(etag && { "If-None-Match": etag }) };
      const answer = await fetch(element.dataset.poll, { headers, cache: "no-store" });
      if (answer.status === 200) {
        etag = answer.headers.get("ETag");
        if (!take(await answer.text())) return;
      } else if (answer.status !== 304) {
        if (answer.status < 500) return;
        throw new TypeError(String(answer.status));
      }
      wait = Number(element.dataset.every) || EVERY;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      wait = Math.min(wait * 2, LONGEST);
    }
    setTimeout(ask, wait);
  }

  /** Puts the answer in place; false when it says that nothing more will come. */
  function take(html) {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    const fresh = holder.content.firstElementChild;
    if (!fresh) return true;
    const inside = element.contains(document.activeElement) && document.activeElement.id;
    element.replaceWith(fresh);
    if (inside) document.getElementById(inside)?.focus();
    element = fresh;
    if (!("poll" in element.dataset)) return false;
    element.dataset.polled = "";
    return true;
  }

  setTimeout(ask, wait);
}

function look(root) {
  for (const element of root.querySelectorAll("[data-poll]:not([data-polled])")) start(element);
}

look(document);
document.addEventListener("htmx:after:swap", () => look(document));
