// What the simulator's page lacks for a newcomer: it shows what is new, and loses no press.
"use strict";

const TRIES = 20;
const PAUSE = 150; // milliseconds between tries
const THINKING_AFTER = 400; // milliseconds
const NEAR = 4; // pixels from the end that count as the end

const ask = window.fetch.bind(window);
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

// What is pressed while a card is being brought up to date the simulator refuses, before it has done
// anything. Discord would not, so it is pressed again.
window.fetch = async (path, options) => {
  if (path !== "/api/action") return ask(path, options);
  const thinking = setTimeout(() => { document.documentElement.dataset.thinking = ""; }, THINKING_AFTER);
  try {
    for (let left = TRIES; ; left -= 1) {
      const answer = await ask(path, options);
      if (left === 0 || !(await isTooEarly(answer.clone()))) return answer;
      await pause(PAUSE);
      options = await renewed(options);
    }
  } finally {
    clearTimeout(thinking);
    delete document.documentElement.dataset.thinking;
  }
};

async function isTooEarly(answer) {
  if (!answer.ok) return false;
  const receipt = await answer.json();
  const codes = (receipt.diagnostics || []).map((each) => each.code);
  return receipt.rejected === true && (codes.includes("stale-revision") || codes.includes("busy"));
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
