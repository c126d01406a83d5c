"use strict";
// The page is whole without this script. It filters the requirements; the filter's state stands in the address, behind
// #, so that a link to what is shown can be sent on.
(() => {
  const form = document.getElementById("filter");
  const cards = [...document.querySelectorAll(".requirement")];
  const groups = [...document.querySelectorAll(".group")];
  const texts = new Map(cards.map((card) => [card, card.textContent.toLowerCase()]));
  const { q, operation, level } = form.elements;

  const state = () => {
    const kept = { operation: operation.value, level: level.value, q: q.value.trim() };
    return Object.entries(kept).filter(([, value]) => value);
  };

  const apply = () => {
    const words = q.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const card of cards) {
      const { level: own, operations } = card.dataset;
      card.hidden =
        (level.value && level.value !== own) ||
        (operation.value && !operations.split(" ").includes(operation.value)) ||
        !words.every((word) => texts.get(card).includes(word));
    }
    for (const one of groups) one.hidden = !one.querySelector(".requirement:not([hidden])");
    const shown = cards.filter((card) => !card.hidden).length;
    document.getElementById("shown").value = `${shown} of ${cards.length} requirements shown`;
    document.getElementById("none").hidden = shown > 0;
  };

  const read = () => {
    const hash = location.hash.slice(1);
    const given = new URLSearchParams(hash.includes("=") ? hash : "");
    q.value = given.get("q") || "";
    for (const choice of [operation, level]) {
      choice.value = given.get(choice.name) || "";
      if (choice.selectedIndex < 0) choice.value = "";
    }
    apply();
    const target = document.getElementById(hash.includes("=") ? "rules" : hash);
    if (hash && target) target.scrollIntoView();
  };

  const changed = () => {
    const hash = state().map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
    history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
    apply();
  };

  form.hidden = false;
  form.addEventListener("input", changed);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(changed));
  addEventListener("hashchange", read);
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, select, textarea")) return;
    event.preventDefault();
    q.focus();
  });
  read();
})();
