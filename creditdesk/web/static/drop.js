// A file may be dropped on its field's frame; the field does the rest, as without this script.
(() => {
  const frame = document.querySelector("[data-drop]");
  const field = frame && frame.querySelector("input[type=file]");
  if (!field) return;
  const over = (on) => frame.classList.toggle("over", on);
  ["dragenter", "dragover"].forEach((name) => frame.addEventListener(name, (event) => { event.preventDefault(); over(true); }));
  ["dragleave", "drop"].forEach((name) => frame.addEventListener(name, (event) => { event.preventDefault(); over(false); }));
  frame.addEventListener("drop", (event) => {
    if (event.dataTransfer.files.length) { field.files = event.dataTransfer.files; field.focus(); }
  });
})();
