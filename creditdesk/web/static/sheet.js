// The sheet of a group by keyboard: columns, running totals, a draft in this browser, sent once the line is back.
// Without it the same form is checked and booked by its buttons.
"use strict";
(() => {
  const PREFIX = "sheet:";
  const kept = (name) => { try { return JSON.parse(localStorage.getItem(PREFIX + name)); } catch { return null; } };
  const keep = (name, draft) => { try { localStorage.setItem(PREFIX + name, JSON.stringify(draft)); } catch { /* full or refused: the form itself still holds it */ } };
  const forget = (name) => { try { localStorage.removeItem(PREFIX + name); } catch { /* nothing is kept there */ } };

  const booked = document.getElementById("booked");
  if (booked) forget(booked.dataset.draft);
  const form = document.getElementById("sheet");
  if (!form) return;

  const name = form.dataset.draft, separator = form.dataset.separator;
  const keys = [...form.querySelectorAll("input[data-asked]")];
  const notes = [...form.querySelectorAll("input[data-note]")];
  const cash = document.getElementById("cash");
  const others = [...notes, cash, document.getElementById("why")].filter(Boolean);
  const number = (amount) => String(Math.abs(amount)).replace(/\B(?=(\d{3})+$)/g, separator);

  // What people write as an amount, read as the desk reads it; null where it is none.
  function read(text) {
    const said = text.trim().toLowerCase();
    if (!said) return 0;
    let found = said.match(/^(\d{1,6})(?:[.,](\d{1,2}))? ?(?:tr|triệu)$/);
    if (found) return Number(found[1] + (found[2] || "").padEnd(6, "0"));
    found = said.match(/^(\d{1,6}) ?(?:k|nghìn)$/);
    if (found) return Number(found[1]) * 1000;
    if (/^\d{1,15}$/.test(said)) return Number(said);
    found = said.match(/^\d{1,3}([., \u00a0\u202f])\d{3}(?:\1\d{3})*$/);
    return found ? Number(said.split(found[1]).join("")) : null;
  }

  function tidy(text) {
    const amount = text.trim() ? read(text) : null;
    return amount === null ? text : number(amount);
  }

  function written(field, text) {
    return field.id === "why" ? text : tidy(text);
  }

  function column(end) {
    return keys.filter((key) => key.name.endsWith(end));
  }

  function reckon() {
    const sums = { principal: 0, interest: 0 };
    for (const key of keys) {
      const amount = read(key.value), part = key.name.split("-")[2];
      key.classList.toggle("differs", amount !== Number(key.dataset.asked));
      if (amount === null) key.setAttribute("aria-invalid", "true");
      else if (!key.classList.contains("is-invalid")) key.removeAttribute("aria-invalid");
      sums[part] += amount || 0;
    }
    const total = sums.principal + sums.interest;
    const counted = notes.reduce((sum, note) => sum + Number(note.dataset.note) * (read(note.value) || 0), 0);
    const said = cash && cash.value.trim() ? read(cash.value) : null;
    const money = counted || said;
    const show = (id, text) => { const place = document.getElementById(id); if (place && place.textContent !== text) place.textContent = text; };
    show("sum-principal", number(sums.principal));
    show("sum-interest", number(sums.interest));
    show("sum-total", number(total));
    const over = money === null || money === 0 && !cash?.value.trim() ? null : money - total;
    const place = document.getElementById("sum-over");
    show("sum-over", over === null ? place.dataset.nothing : over === 0 ? "0" : (over > 0 ? "+" : "\u2212") + number(over));
    document.getElementById("differ").classList.toggle("off", Boolean(over));
  }

  // The browser's copy: amounts by loan number, never a name or an identity number. It holds every amount, since what is
  // asked for is another once the form was booked: sent again whole, it is known as the same form.
  function draft() {
    const amounts = {}, counted = {};
    for (const key of keys) amounts[place(key)] = key.value;
    for (const other of others) counted[other.name] = other.value;
    return { key: form.elements.form_key.value, given: form.elements.given.value, amounts, counted };
  }

  function place(key) {
    const [, at, part] = key.name.split("-");
    return `${form.elements[`lines-${at}-loan_no`].value}:${part}`;
  }

  function save() {
    if ([...keys, ...others].some((field) => field.value !== field.defaultValue)) keep(name, draft());
    else forget(name);
  }

  const told = document.getElementById("draft"), discard = document.getElementById("discard");
  function tell(which, more = false) {
    told.hidden = false;
    told.firstElementChild.textContent = told.firstElementChild.dataset[which];
    discard.hidden = !more;
  }

  function restore() {
    const found = kept(name);
    if (!found || "typed" in form.dataset) return;
    for (const key of keys) if (place(key) in found.amounts) key.value = written(key, found.amounts[place(key)]);
    for (const other of others) if (other.name in found.counted) other.value = written(other, found.counted[other.name]);
    // The same form again: sent twice it is booked once, and what others booked since is noticed.
    form.elements.form_key.value = found.key;
    form.elements.given.value = found.given;
    tell("restored", true);
  }

  discard.addEventListener("click", () => { forget(name); location.reload(); });

  function go(from, steps) {
    const rows = column(from.name.split("-")[2]), at = rows.indexOf(from) + steps;
    if (at >= rows.length && steps === 1) return (from.name.endsWith("principal") ? column("interest")[0] : cash)?.focus();
    rows[Math.max(0, Math.min(rows.length - 1, at))].focus();
  }

  const STEPS = { Enter: 1, ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };
  form.addEventListener("keydown", (event) => {
    const field = event.target;
    if (!(field instanceof HTMLInputElement)) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      document.getElementById("book")?.click();
    } else if ("asked" in field.dataset && event.key in STEPS && !event.altKey && !event.shiftKey) {
      event.preventDefault();
      go(field, STEPS[event.key]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      const fields = others.filter((one) => one.offsetParent);
      (fields[fields.indexOf(field) + 1] || document.getElementById("book"))?.focus();
    }
  });
  form.addEventListener("focusin", (event) => { if (event.target instanceof HTMLInputElement) event.target.select(); });
  form.addEventListener("focusout", (event) => {
    const field = event.target;
    if (field instanceof HTMLInputElement) field.value = written(field, field.value);
  });
  form.addEventListener("input", () => { reckon(); save(); });

  // Sending: a line that is cut keeps the page; the same form goes out again until it is answered.
  let sending = false;
  async function send() {
    if (sending) return;
    sending = true;
    tell("sending");
    const said = new URLSearchParams(new FormData(form));
    said.set("book", "");
    try {
      const answer = await fetch(form.action, { method: "POST", body: said, credentials: "same-origin", redirect: "manual" });
      if (answer.status >= 502) throw new Error("unreachable");
      // Answered: the same form goes out as it is, books nothing twice, and leads to what the desk tells of it.
      form.dataset.answered = "";
      document.getElementById("book").click();
    } catch {
      sending = false;
      tell("waiting");
      setTimeout(send, 5000);
    }
  }
  window.addEventListener("online", () => { if (!told.hidden && told.firstElementChild.textContent === told.firstElementChild.dataset.waiting) send(); });
  form.addEventListener("submit", (event) => {
    save();
    if (event.submitter?.id !== "book" || "answered" in form.dataset) return;
    event.preventDefault();
    for (const field of [...keys, ...others]) field.value = written(field, field.value);
    keep(name, draft());
    send();
  });

  restore();
  reckon();
  const wrong = form.querySelector(".is-invalid");
  if (wrong) wrong.focus();
  else if (!("typed" in form.dataset)) keys[0]?.focus({ preventScroll: true });
})();
