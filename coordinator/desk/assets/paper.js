// Enter goes to the next field and from the last one sends; the form works without this by Tab.
{
  const form = document.getElementById("typing");
  const fields = [...form.querySelectorAll("input, select")];
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.ctrlKey || event.isComposing) {
      return;
    }
    const next = fields[fields.indexOf(event.target) + 1];
    if (next) {
      event.preventDefault();
      next.focus();
      next.select?.();
    }
  });
}
