"use strict";
// The page is whole without this script. It filters the requirements and copies commands; the filter's state stands
// in the address, behind #, so that a link to what is shown can be sent on.
(() => {
  const form = document.getElementById("filter");
  const cards = [...document.querySelectorAll(".requirement")];
  const groups = [...document.querySelectorAll(".group")];
  const texts = new Map(cards.map((card) => [card, card.textContent.toLowerCase()]));
  const boxes = [...form.querySelectorAll("[name=outcome]")];
  const { q, level, group } = form.elements;

  const fill = (state) => {
    q.value = state.get("q") || "";
    for (const choice of [level, group]) {
      choice.value = state.get(choice.name) || "";
      if (choice.selectedIndex < 0) choice.value = "";
    }
    const outcomes = (state.get("outcome") || "").split(",");
    for (const box of boxes) box.checked = outcomes.includes(box.value);
  };

  const apply = () => {
    const outcomes = boxes.filter((box) => box.checked).map((box) => box.value);
    const words = q.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const card of cards) {
      const data = card.dataset;
      const wanted =
        (!outcomes.length || outcomes.includes(data.outcome)) &&
        (!level.value || level.value === data.level) &&
        (!group.value || `${data.group}-`.startsWith(`${group.value}-`)) &&
        words.every((word) => texts.get(card).includes(word));
      card.hidden = !wanted;
    }
    for (const one of groups) one.hidden = !one.querySelector(".requirement:not([hidden])");
    const shown = cards.filter((card) => !card.hidden).length;
    document.getElementById("shown").value = `${shown} of ${cards.length} requirements shown`;
    document.getElementById("none").hidden = shown > 0;
  };

  const remember = () => {
    const outcome = boxes.filter((box) => box.checked).map((box) => box.value).join(",");
    const state = { outcome, level: level.value, group: group.value, q: q.value.trim() };
    const kept = Object.entries(state).filter(([, value]) => value);
    const hash = kept.map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll("%2C", ",")}`).join("&");
    history.replaceState(null, "", location.href.split("#")[0] + (hash ? `#${hash}` : ""));
  };

  const follow = () => {
    const hash = location.hash.slice(1);
    const filters = hash.includes("=");
    const named = filters ? null : document.getElementById(hash);
    // A link to a requirement must find it, so it takes a filter away that hides it; so does "Show all".
    if (filters || hash === "requirements" || (named && named.hidden)) fill(new URLSearchParams(filters ? hash : ""));
    apply();
    if (filters) document.getElementById("requirements").scrollIntoView();
    else if (named) named.scrollIntoView();
  };

  const copy = async (button) => {
    const code = button.closest(".command").querySelector("code");
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch {
      // Browsers without the clipboard for files: the reader's own copy command takes the selection.
      getSelection().selectAllChildren(code);
      button.textContent = document.execCommand("copy") ? "Copied" : "Selected";
      return;
    }
    button.textContent = "Copied";
  };

  document.documentElement.classList.add("js");
  form.hidden = false;
  for (const button of document.querySelectorAll(".copy")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      copy(button);
      setTimeout(() => (button.textContent = "Copy"), 2000);
    });
  }
  form.addEventListener("input", () => {
    apply();
    remember();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => {
    // The fields are empty only after this event.
    setTimeout(() => {
      apply();
      remember();
    });
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      q.focus();
    } else if (event.key === "Escape" && event.target === q && q.value === "") {
      form.reset();
    }
  });
  addEventListener("hashchange", follow);
  follow();
})();
