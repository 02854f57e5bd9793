// Enter goes to the next field and from the last one sends; + and - make the photos larger and smaller, Page up and Page down move them, and / turns
// them, while the hands stay on the digits. The form works without this by Tab.
{
  const form = document.getElementById("typing");
  const fields = [...form.querySelectorAll("input:not([type=hidden]), select")];
  const step = (name, by, round) => {
    const all = [...document.querySelectorAll(`input[name="${name}"]`)];
    const at = all.findIndex((one) => one.checked) + by;
    const to = all[round ? at % all.length : Math.max(0, Math.min(at, all.length - 1))];
    to.checked = true;
  };
  // The photo that is seen, and the next one when it is at its end.
  const move = (by) => {
    const views = [...document.querySelectorAll(".sheets .view")];
    const sheets = document.querySelector(".sheets");
    const inside = views.find((view) => view.scrollHeight > view.clientHeight + 1 && (by > 0 ? view.scrollTop + view.clientHeight < view.scrollHeight - 1 : view.scrollTop > 0));
    const moved = inside ?? sheets;
    moved.scrollBy({ top: by * moved.clientHeight * 0.8 });
  };
  const keys = new Map([
    ["+", () => step("zoom", 1, false)],
    ["-", () => step("zoom", -1, false)],
    ["/", () => step("turn", 1, true)],
    ["PageDown", () => move(1)],
    ["PageUp", () => move(-1)],
  ]);
  form.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) {
      return;
    }
    // What could be part of a text is one there.
    const types = event.target.matches("input:not(.number)") && event.key.length === 1;
    if (keys.has(event.key) && !types) {
      event.preventDefault();
      keys.get(event.key)();
      return;
    }
    if (event.key !== "Enter") {
      return;
    }
    const next = fields[fields.indexOf(event.target) + 1];
    event.preventDefault();
    if (next) {
      next.focus();
      next.select?.();
    } else {
      // A list would open, and send nothing.
      form.requestSubmit();
    }
  });
}
