// What the simulator's page lacks for a newcomer: it shows what is new, and loses no press.
"use strict";

const TRIES = 60;
const PAUSE = 150; // milliseconds between tries
const THINKING_AFTER = 400; // milliseconds
const NEAR = 4; // pixels from the end that count as the end
const TRIES_TO_SEND = 60;
const PICTURES_AT_ONCE = 3; // a browser opens six connections: the others are left for what is pressed

const ask = window.fetch.bind(window);
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

// What is pressed while a card is being brought up to date the simulator refuses, before it has done
// anything. Discord would not, so it is pressed again.
window.fetch = (path, options) => {
  if (path === "/api/action") return act(path, options);
  return String(path).startsWith("/api/assets/") ? inTurn(() => ask(path, options)) : ask(path, options);
};

async function act(path, options) {
  const thinking = setTimeout(() => { document.documentElement.dataset.thinking = ""; }, THINKING_AFTER);
  try {
    for (let left = TRIES; ; left -= 1) {
      const answer = await ask(path, options);
      const receipt = answer.ok ? await answer.clone().json() : {};
      if (wasAnswered(receipt)) return Response.json({ ...receipt, ...DONE });
      if (left === 0 || !isTooEarly(receipt)) return answer;
      await pause(PAUSE);
      options = await renewed(options);
    }
  } finally {
    clearTimeout(thinking);
    delete document.documentElement.dataset.thinking;
  }
}

const codesOf = (receipt) => (receipt.diagnostics || []).map(({ code }) => code);

function isTooEarly(receipt) {
  const codes = codesOf(receipt);
  return receipt.rejected === true && (codes.includes("stale-revision") || codes.includes("busy"));
}

// The bot refuses an order by an exception that ends in an answer to whoever ordered. The simulator
// takes every exception for a failure, and would leave the command in the line.
const DONE = { settlement: "settled", uncertain: false, diagnostics: [] };
function wasAnswered(receipt) {
  const answered = ["acknowledged", "deferred"].includes(receipt.acknowledgement);
  return receipt.settlement === "failed" && answered
    && codesOf(receipt).every((code) => code === "action-callback-error");
}

// Pictures wait for each other, not what is pressed for them.
let loading = 0;
const waiting = [];
async function inTurn(load) {
  if (loading === PICTURES_AT_ONCE) await new Promise((go) => { waiting.push(go); });
  else loading += 1;
  try {
    return await load();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else loading -= 1;
  }
}

// The same action, for what the page shows by now.
async function renewed(options) {
  const { "Content-Type": _, ...headers } = options.headers;
  const state = await (await ask("/api/state", { headers, cache: "no-store" })).json();
  const renew = (text) =>
    JSON.stringify({ ...JSON.parse(text), published_revision: state.publishedRevision });
  if (!(options.body instanceof FormData)) return { ...options, body: renew(options.body) };
  const form = new FormData();
  for (const [name, value] of options.body) form.append(name, name === "payload" ? renew(value) : value);
  return { ...options, body: form };
}

// Of what the simulator tells developers, a visitor needs one thing.
document.addEventListener("DOMContentLoaded", () => {
  const status = document.getElementById("action-status");
  const look = () => { status.toggleAttribute("data-lost", status.textContent.startsWith("Connection interrupted")); };
  new MutationObserver(look).observe(status, { childList: true });
});

// A new message is brought into view and kept there, as Discord does, until somebody scrolls back.
document.addEventListener("DOMContentLoaded", () => {
  const timeline = document.getElementById("channel-timeline");
  const list = document.getElementById("channel-message-list");
  let newest = null;
  let following = true;
  const isAtEnd = () => timeline.scrollHeight - timeline.scrollTop - timeline.clientHeight < NEAR;
  const follow = () => { if (following && !isAtEnd()) timeline.scrollTop = timeline.scrollHeight; };
  const letGo = () => { following = false; };
  new MutationObserver(() => {
    const last = [...list.querySelectorAll("article")].at(-1)?.dataset.messageId ?? null;
    if (last !== newest) following = true;
    newest = last;
    follow();
  }).observe(list, { childList: true });
  const sizes = new ResizeObserver(follow);
  sizes.observe(list);
  sizes.observe(timeline);
  for (const kind of ["wheel", "touchmove", "pointerdown", "keydown"]) {
    timeline.addEventListener(kind, letGo, { passive: true });
  }
  timeline.addEventListener("scroll", () => { if (isAtEnd()) following = true; else follow(); }, { passive: true });
});

// As on Discord, an empty option lists what there is to pick before anything is typed.
document.addEventListener("focusin", ({ target }) => {
  if (!target.matches(".command-option-input") || target.value !== "") return;
  if (document.querySelector(".command-popup:not([hidden]) .command-empty")) target.dispatchEvent(new Event("input"));
});

let picking = null; // the option whose list is open

// Once the last required option is picked, Enter sends the command; the simulator would open the
// list again, and Enter would pick its first entry instead.
document.addEventListener("click", ({ target }) => {
  if (!target.closest?.(".command-suggestion")) return;
  const before = picking;
  picking = null;
  const now = document.activeElement;
  if (!before || (now !== document.body && now.dataset.option !== before)) return;
  now.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
  document.querySelector(".send-message").focus();
});
document.addEventListener("click", () => {
  picking = document.querySelector(".command-option-input[aria-expanded='true']")?.dataset.option ?? null;
}, { capture: true });

// A command that is sent while the simulator does something else is not taken, and nothing says so:
// it is sent again until it is, or until something else is pressed.
let sending = 0; // counts what is pressed
let again = false;
const isLeft = (row) => row?.isConnected && !row.querySelector(":disabled, [aria-invalid='true']");
async function insist() {
  const row = document.querySelector(".command-row");
  const mine = ++sending;
  for (let left = TRIES_TO_SEND; left > 0; left -= 1) {
    await pause(0);
    if (!isLeft(row)) return;
    await pause(PAUSE);
    if (mine !== sending || !isLeft(row)) return;
    again = true;
    row.closest("form").requestSubmit();
    again = false;
  }
}
document.addEventListener("submit", () => { if (!again) insist(); }, { capture: true });
document.addEventListener("keydown", ({ key, target, isTrusted }) => {
  if (!isTrusted) return;
  sending += 1;
  const isOption = target.matches(".command-option-input");
  if (key === "Enter" && isOption && target.getAttribute("aria-expanded") !== "true") insist();
}, { capture: true });
document.addEventListener("pointerdown", () => { sending += 1; }, { capture: true });
