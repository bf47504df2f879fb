// A page about work that is under way looks again by itself, while somebody looks at it.
(() => {
  const look = () => {
    if (document.visibilityState === "visible" && !document.querySelector("form :focus")) location.reload();
    else setTimeout(look, 3000);
  };
  if (document.querySelector("[data-under-way]")) setTimeout(look, 3000);
})();
