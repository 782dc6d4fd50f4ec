/** Says words aloud through the page's one status line. */
export function say(words) {
  const line = document.getElementById("said");
  if (line) line.textContent = words;
}

/** Whether a key press belongs to a field, a dialog or the browser rather than to the page. */
export function isTyping(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return true;
  return event.target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable], dialog") != null;
}

/** Keys of one letter can be turned off by each person. */
export const singleKeys = document.body.dataset.singleKeys !== "off";
