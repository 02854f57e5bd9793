"use strict";
// Without this script the page is the same, only it has to be reloaded.
const lost = document.getElementById("lost");
const source = new EventSource("/events?lang=" + document.documentElement.lang);
source.onopen = () => { lost.hidden = true; };
source.onerror = () => { lost.hidden = false; };
source.addEventListener("reload", () => location.reload());
source.addEventListener("part", (event) => {
  const parts = document.createElement("template");
  parts.innerHTML = event.data;
  const part = parts.content.firstElementChild;
  const old = document.getElementById(part.id);
  // A row nobody has seen yet belongs somewhere in the middle; the server knows where.
  if (old) { old.replaceWith(part); } else { location.reload(); }
});
