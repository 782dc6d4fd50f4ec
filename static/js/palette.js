// Ctrl K: one field that goes anywhere. The server answers with <li role="option" data-url> rows.
const dialog = document.getElementById("palette");
const WAIT = 120;

function start(dialog) {
  const field = dialog.querySelector("input");
  const list = dialog.querySelector("[role=listbox]");
  const note = dialog.querySelector(".palette-note");
  let timer = 0;
  let asked = new AbortController();

  const options = () => [...list.querySelectorAll("[role=option]")];
  const chosen = () => list.querySelector("[aria-selected=true]");

  function choose(option) {
    chosen()?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    option ? field.setAttribute("aria-activedescendant", option.id) : field.removeAttribute("aria-activedescendant");
  }

  function show(html) {
    list.innerHTML = html;
    options().forEach((option, at) => (option.id = `palette-${at}`));
    choose(options()[0]);
    note.textContent = options().length ? "" : "Nothing found. Enter searches all text.";
  }

  async function ask() {
    asked.abort();
    asked = new AbortController();
    const url = `${dialog.dataset.palette}?q=${encodeURIComponent(field.value.trim())}`;
    try {
      const answer = await fetch(url, { signal: asked.signal, headers: { Accept: "text/html" } });
      if (!answer.ok) throw new TypeError(String(answer.status));
      show(await answer.text());
    } catch (error) {
      if (error.name === "AbortError") return;
      list.replaceChildren();
      note.textContent = "The search does not answer. Enter opens the search page.";
    }
  }

  function open(option, { elsewhere = false } = {}) {
    const url = option?.dataset.url ?? `/search/?q=${encodeURIComponent(field.value.trim())}`;
    elsewhere ? window.open(url, "_blank", "noopener") : location.assign(url);
  }

  function move(step) {
    const all = options();
    if (all.length) choose(all[(all.indexOf(chosen()) + step + all.length) % all.length]);
  }

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  field.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      move(step);
    } else if (event.key === "Escape" && !event.isComposing) {
      // A search field would only empty itself at the first Escape.
      event.preventDefault();
      dialog.close();
    } else if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      open(chosen(), { elsewhere: event.ctrlKey || event.metaKey });
    }
  });
  list.addEventListener("click", (event) => open(event.target.closest("[role=option]")));
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (dialog.open) return dialog.close();
    dialog.showModal();
    field.select();
    ask();
  });
}

if (dialog) start(dialog);
