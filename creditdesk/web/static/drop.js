// A file may be dropped anywhere on the page: it goes into the field, and never opens in place of the page.
// The field does the rest, as without this script.
(() => {
  const frame = document.querySelector("[data-drop]");
  const field = frame && frame.querySelector("input[type=file]");
  if (!field) return;
  const over = (on) => frame.classList.toggle("over", on);
  ["dragenter", "dragover"].forEach((name) => document.addEventListener(name, (event) => { event.preventDefault(); over(true); }));
  ["dragleave", "drop"].forEach((name) => document.addEventListener(name, (event) => { event.preventDefault(); over(false); }));
  document.addEventListener("drop", (event) => {
    if (event.dataTransfer.files.length) { field.files = event.dataTransfer.files; field.focus(); }
  });
})();
