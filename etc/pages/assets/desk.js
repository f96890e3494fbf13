// Makes the pages quicker; without it everything works by plain forms. Writes text only, never markup.
// SPDX-License-Identifier: Apache-2.0
"use strict";
(() => {
  const body = document.body;
  const one = (what) => document.querySelector(what);
  const all = (what) => [...document.querySelectorAll(what)];
  const posts = all(".post");
  let at = -1;

  const reveal = (element) => {
    const box = element.closest("details");
    if (box) box.open = true;
    element.focus();
    element.scrollIntoView({ block: "nearest" });
  };

  const move = (step) => {
    if (posts.length === 0) {
      const next = one("[data-next]");
      if (step > 0 && next) next.click();
      return;
    }
    at = Math.max(0, Math.min(posts.length - 1, at + step));
    posts.forEach((post, i) => post.classList.toggle("current", i === at));
    const link = posts[at].querySelector("h2 a");
    link.focus({ preventScroll: true });
    posts[at].scrollIntoView({ block: "nearest" });
  };

  const submit = (element) => {
    if (element.form && !element.disabled) element.form.requestSubmit(element);
  };

  // The element a key stands for: a button is pressed, a summary opened, a field entered.
  const use = (key) => {
    const element = one(`[data-key="${key}"]`);
    if (!element) return false;
    if (element.tagName === "SUMMARY") {
      const box = element.parentElement;
      if (box.open && key === "d") return submit(box.querySelector("[data-confirm]")), true;
      box.open = true;
      (box.querySelector("[data-confirm]") || box.querySelector("textarea") || element).focus();
    } else if (element.tagName === "BUTTON") {
      submit(element);
    } else {
      reveal(element);
    }
    return true;
  };

  const keys = {
    j: () => move(1),
    k: () => move(-1),
    o: () => at >= 0 && posts[at].querySelector("h2 a").click(),
    x: () => {
      const box = at >= 0 && posts[at].querySelector("input[type=checkbox]");
      if (box) box.checked = !box.checked;
    },
    "/": () => (one("[data-search]") ? one("[data-search]").focus() : location.assign("/#q")),
    "?": () => location.assign("/keys"),
  };

  document.addEventListener("keydown", (event) => {
    if (body.dataset.keys === "off" || event.ctrlKey || event.metaKey || event.altKey) return;
    const where = event.target;
    if (where.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(where.tagName)) {
      const isBox = where.tagName === "INPUT" && where.type === "checkbox";
      if (event.key === "Escape") where.blur();
      if (!isBox) return;
    }
    if (event.key in keys) {
      keys[event.key]();
      event.preventDefault();
    } else if (event.key.length === 1 && use(event.key)) {
      event.preventDefault();
    }
  });

  // A chosen principle puts its reason into the letter, unless the moderator has written one.
  const why = one("#why");
  all("[data-reason]").forEach((radio) =>
    radio.addEventListener("change", () => {
      const known = all("[data-reason]").map((other) => other.dataset.reason);
      if (why && (why.value.trim() === "" || known.includes(why.value))) why.value = radio.dataset.reason;
    }));

  const every = one("[data-all]");
  if (every) {
    every.hidden = false;
    every.addEventListener("change", () =>
      all("input[name=id]").forEach((box) => (box.checked = every.checked && !box.disabled)));
  }

  // A button that was pressed is not pressed again.
  all("form[method=post]").forEach((form) =>
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "yes";
      setTimeout(() => delete form.dataset.sent, 5000);
    }));

  const print = one("[data-print]");
  if (print) {
    print.hidden = false;
    print.addEventListener("click", () => window.print());
  }

  const wrong = one(".errors");
  if (wrong) wrong.focus();

  // What others decide meanwhile: asked for every few seconds while the page is seen.
  const live = one("[data-live]");
  if (!live || !live.dataset.live) return;
  let tag = "";
  const say = (text, address, words) => {
    const box = document.createElement("div");
    box.className = "notice";
    const p = document.createElement("p");
    p.textContent = text;
    box.append(p);
    if (address) {
      const link = document.createElement("a");
      link.href = address;
      link.textContent = words;
      box.append(link);
    }
    const old = one("#status .live");
    if (old) old.remove();
    box.classList.add("live");
    one("#status").append(box);
  };
  const mark = (row) => {
    const post = document.getElementById("p-" + row.id);
    if (!post || post.dataset.revision === String(row.revision)) return;
    post.querySelector("[data-outcome]").textContent = row.text;
    const box = post.querySelector("input[type=checkbox]");
    post.classList.toggle("gone", row.gone);
    if (box && row.gone) {
      box.checked = false;
      box.disabled = true;
    }
  };
  const ask = async () => {
    if (document.visibilityState === "visible") {
      try {
        const shown = posts.filter((post) => !post.classList.contains("gone")).map((post) => post.dataset.id);
        const reply = await fetch(live.dataset.live + "&shown=" + shown.join(","), { headers: { accept: "application/json" } });
        if (reply.ok) {
          const now = await reply.json();
          if (tag && now.tag !== tag) say(now.text, location.href.split("#")[0], now.link);
          tag = tag || now.tag;
          now.rows.forEach(mark);
        }
      } catch {
        // Asked again at the next turn.
      }
    }
    setTimeout(ask, 5000);
  };
  ask();
})();
