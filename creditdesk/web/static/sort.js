// Sorts a table where it stands; without this script the same links ask the server.
"use strict";

for (const table of document.querySelectorAll("table[data-sortable]")) {
  const heads = [...table.tHead.rows[table.tHead.rows.length - 1].cells];
  const body = table.querySelector("tbody.rows");
  const letters = new Intl.Collator("vi");

  const compare = (at) => (one, other) => {
    const [left, right] = [one.cells[at].dataset.value, other.cells[at].dataset.value];
    return at === 0 ? letters.compare(left, right) : Number(left) - Number(right);
  };

  heads.forEach((head, at) => {
    const link = head.querySelector("a");
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const address = new URL(link.href);
      const down = address.searchParams.get("order") === "desc";
      const rows = [...body.rows].sort(compare(at));
      body.append(...(down ? rows.reverse() : rows));
      heads.forEach((each) => each.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      address.hash = "";
      history.replaceState(null, "", address);
      address.searchParams.set("order", down ? "asc" : "desc");
      link.href = address;
    });
  });
}
