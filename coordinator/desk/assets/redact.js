"use strict";
// Without this script the rectangles are typed as numbers.
const field = document.getElementById("draw");
const list = document.getElementById("regions");
const image = field.querySelector("img");
let start = null;
let box = null;
const at = (event) => {
  const frame = image.getBoundingClientRect();
  const inside = (value, size) => Math.min(Math.max(value, 0), size);
  return { x: inside(event.clientX - frame.left, frame.width), y: inside(event.clientY - frame.top, frame.height) };
};
const place = (end) => {
  box.style.left = Math.min(start.x, end.x) + "px";
  box.style.top = Math.min(start.y, end.y) + "px";
  box.style.width = Math.abs(end.x - start.x) + "px";
  box.style.height = Math.abs(end.y - start.y) + "px";
};
field.addEventListener("pointerdown", (event) => {
  event.preventDefault();
  field.setPointerCapture(event.pointerId);
  start = at(event);
  box = document.createElement("div");
  field.append(box);
  place(start);
});
field.addEventListener("pointermove", (event) => { if (box) { place(at(event)); } });
field.addEventListener("pointercancel", () => { if (box) { box.remove(); box = null; } });
field.addEventListener("pointerup", (event) => {
  if (!box) { return; }
  const end = at(event);
  const frame = image.getBoundingClientRect();
  const scale = image.naturalWidth / frame.width;
  // Outwards, so that rounding never leaves an edge readable.
  const left = Math.floor(Math.min(start.x, end.x) * scale);
  const top = Math.floor(Math.min(start.y, end.y) * scale);
  const width = Math.ceil(Math.max(start.x, end.x) * scale) - left;
  const height = Math.ceil(Math.max(start.y, end.y) * scale) - top;
  if (width > 2 && height > 2) {
    list.value += (list.value && !list.value.endsWith("\n") ? "\n" : "") + [left, top, width, height].join(", ") + "\n";
  } else {
    box.remove();
  }
  box = null;
});
