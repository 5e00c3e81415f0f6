// The list of channels beside the conversation; the simulator's page shows one and knows no other.
"use strict";

const SIGNS = { channel: "#", thread: "↳", direct: "@" };
const LINK = /^https:\/\/discord\.com\/channels\/(?:\d+|@me)\/(\d+)/;
const list = document.createElement("nav");
list.className = "channel-list";
list.setAttribute("aria-label", "Channels");

let shown = "";
let channels = [];
let leaving = false;
const passOn = window.fetch;

// While another channel comes, nothing more is asked about this one.
window.fetch = async (path, options) => {
  if (leaving) return new Promise(() => {});
  const answer = await passOn(path, options);
  if (answer.status === 205) return arriveAgain();
  const news = answer.headers.get("X-Booth-Channels");
  if (news && news !== shown) show(news);
  return answer;
};

function arriveAgain() {
  leaving = true;
  window.location.reload();
  return new Promise(() => {});
}

async function go(id) {
  if (leaving) return;
  leaving = true;
  list.setAttribute("aria-busy", "true");
  const headers = { "X-Simcord-Capability": window.location.hash.slice(1) };
  const answer = await passOn(`/channels/${id}`, { method: "POST", headers }).catch(() => null);
  if (answer?.ok) arriveAgain();
  leaving = false;
  list.removeAttribute("aria-busy");
}

function show(news) {
  shown = news;
  channels = JSON.parse(news);
  list.replaceChildren(...channels.map(entry));
  list.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
}

const words = (className, textContent) => Object.assign(document.createElement("span"), { className, textContent });

function entry({ id, name, kind, is_shown: isShown, is_unread: isUnread }) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = `channel-entry channel-entry-${kind}`;
  button.dataset.channelId = id;
  button.append(words("channel-sign", SIGNS[kind]), words("channel-name", name));
  button.firstChild.setAttribute("aria-hidden", "true");
  if (isShown) button.setAttribute("aria-current", "page");
  if (isUnread) {
    button.dataset.unread = "";
    button.append(words("visually-hidden", ", something new"));
  }
  button.addEventListener("click", () => { if (!isShown) go(id); });
  return button;
}

document.addEventListener("DOMContentLoaded", () => {
  document.getElementById("preview-workspace").prepend(list);
});

// Discord's own links, and channels that are named in a message, lead there.
document.addEventListener("click", (event) => {
  const id = leadsTo(event.target);
  if (id === null) return;
  event.preventDefault();
  event.stopPropagation();
  go(id);
}, { capture: true });

function leadsTo(target) {
  const link = target.closest?.("a[href]");
  const number = link ? LINK.exec(link.href)?.[1] : null;
  if (number) return channels.find(({ id }) => id === number) ? number : null;
  const named = target.closest?.(".mention")?.textContent;
  return channels.find(({ name }) => named === `#${name}`)?.id ?? null;
}
