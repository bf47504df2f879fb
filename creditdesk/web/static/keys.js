// The slash leads to the search from anywhere; without this script its field is reached as any other.
"use strict";

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea, [contenteditable]");
  const seek = document.getElementById("seek");
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing || !seek) return;
  event.preventDefault();
  seek.focus();
  seek.select();
});
