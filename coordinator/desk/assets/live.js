"use strict";
// Without this script the page is the same, only it has to be reloaded.
const lost = document.getElementById("lost");
// Up to where this page knows: first what it was made with, then the last event it has heard.
let at = lost.dataset.at;
let source;
let heard = Date.now();
function connect() {
  if (source) { source.close(); }
  heard = Date.now();
  source = new EventSource("/events?" + lost.dataset.query + "lang=" + document.documentElement.lang + "&at=" + encodeURIComponent(at));
  const hear = (event) => { heard = Date.now(); at = event.lastEventId || at; };
  source.onopen = () => { heard = Date.now(); lost.hidden = true; };
  source.onerror = () => {
    lost.hidden = false;
    // The browser gave up: it was told something else than events. Whoever has to sign in again is sent there.
    if (source.readyState === EventSource.CLOSED) {
      setTimeout(connect, 5000);
      fetch(location.href, { headers: { accept: "text/html" }, redirect: "manual" })
        .then((page) => { if (page.type === "opaqueredirect") { location.reload(); } }, () => {});
    }
  };
  source.addEventListener("alive", hear);
  source.addEventListener("reload", () => location.reload());
  source.addEventListener("part", (event) => {
    hear(event);
    const parts = document.createElement("template");
    parts.innerHTML = event.data;
    const part = parts.content.firstElementChild;
    const old = document.getElementById(part.id);
    // Of rows, only those are sent that were on the page when it was made.
    if (old) { old.replaceWith(part); }
  });
}
connect();
// After sleep a connection can look open that nobody serves any more: no sign of life for three of the server's.
setInterval(() => { if (Date.now() - heard > 45000) { lost.hidden = false; connect(); } }, 5000);
// A page that the browser kept while others were shown is as old as when it was left.
addEventListener("pageshow", (event) => { if (event.persisted) { location.reload(); } });
