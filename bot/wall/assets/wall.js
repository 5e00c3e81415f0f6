// The live wall: hears of pictures, shows the newest first, then goes slowly through all of them.

import { Book } from "./book.js";
import { List, write } from "./list.js";
import { still } from "./picture.js";
import { Stage } from "./stage.js";
import { follow } from "./stream.js";
import { tint } from "./tint.js";
import * as words from "./words.js";

const LARGE = 14_000; // how long a picture is seen large
const LARGE_NEW = 7_000; // … while newer ones wait
const SMALL = 4_500; // between two changes of the mosaic
const AGAIN = 1_000; // after a picture that could not be loaded

const wall = document.body.dataset.wall;
const nodes = Object.fromEntries(
  [...document.querySelectorAll("[id]")].map((node) => [camel(node.id), node]),
);
nodes.wall = document.querySelector(".wall");
const address = (id, size) => `${wall}/p/${id}-${size}.webp`;
const small = matchMedia("(max-width: 46rem), (max-height: 30rem), (max-aspect-ratio: 4/5)");

const book = new Book();
const stage = new Stage(nodes, { book, address });
const list = new List(nodes, { book, address });
const glow = tint([...document.querySelectorAll(".glow")]);
let paused = still.matches;
let closed = false; // the wall was revoked
let largeTimer = 0;
let smallTimer = 0;
let clockTimer = 0;
let busy = false;
let firstOfPage = 0;

follow(`${wall}/events`, {
  hear(kind, data) {
    document.body.dataset.line = "on";
    write(nodes.offline, "");
    closed = false;
    if (kind === "beat") hearTime(data.now);
    if (kind === "all") took(book.begin(data), []);
    if (kind === "change") took(data.drop, book.change(data));
  },
  lost() {
    document.body.dataset.line = "off";
    write(nodes.offline, "Connecting again …");
  },
  gone() {
    closed = true;
    took(book.begin({ event: { ...book.event, count: 0, winner: null }, pictures: [] }), []);
  },
});

// A clock that was set anew, or slept, changes what is said of the time left.
function hearTime(now) {
  const skew = now - Date.now();
  const moved = Math.abs(skew - book.skew) > 2_000;
  book.skew = skew;
  if (moved && book.event) describe();
}

function took(dropped, fresh) {
  if (dropped.length) {
    stage.drop(dropped);
    list.keep(new Set([...list.items.keys()].filter((id) => book.pictures.has(id))));
  }
  describe();
  if (small.matches) {
    list.layout();
    return;
  }
  stage.tell();
  if (fresh.length) say(fresh);
  if (!stage.shown || (fresh.length && still.matches)) next();
  else if (book.event.winner && stage.shown.id !== book.event.winner) next();
  else if (fresh.length) hurry();
  else stage.layout();
  schedule();
}

function say(fresh) {
  const newest = book.pictures.get(fresh.at(-1));
  write(nodes.news, newest ? `New picture. ${newest.alt}` : "");
}

// What stands beside the pictures.
function describe() {
  const { event, pictures } = book;
  const now = book.now();
  const over = event.state === "closed" || event.state === "cancelled";
  const scene = closed || !pictures.size ? "empty" : pictures.size === 1 ? "one" : "many";
  document.body.dataset.scene = scene;
  document.body.dataset.state = closed ? "gone" : event.state;
  write(nodes.name, event.name ?? "");
  document.title = `${event.name ?? ""} · live wall`;
  write(nodes.mood, closed ? "" : words.mood(event, now));
  write(nodes.left, closed ? "" : words.timeLeft(event, now));
  write(nodes.count, words.pictureCount(event.count));
  const [big, rest] = closed
    ? ["This wall is closed", "Its organisers have taken the link back."]
    : words.invitation(event, pictures.size);
  write(nodes.big, big);
  write(nodes.small, rest);
  nodes.invitation.hidden = !big;
  write(nodes.how, over ? "See them all on your phone" : "Join in");
  nodes.stepIn.hidden = over || closed || !event.panel;
  if (event.panel) nodes.stepIn.href = event.panel;
  nodes.crown.hidden = !event.winner || stage.shown?.id !== event.winner;
  caption();
  clearTimeout(clockTimer);
  if (!over && !closed) clockTimer = setTimeout(describe, words.untilNext(event, now));
}

function caption() {
  const picture = stage.shown && book.pictures.get(stage.shown.id);
  write(nodes.words, picture?.caption ?? "");
  write(nodes.made, picture?.filter ?? "");
  write(nodes.likes, picture?.likes ? `♥ ${picture.likes}` : "");
  nodes.crown.hidden = !picture || picture.id !== book.event?.winner;
}

// Shows the next picture large, or the one that somebody asks for, who does not wait for another.
async function next({ asked = null } = {}) {
  clearTimeout(largeTimer);
  const picture = asked ?? (busy ? null : choose());
  if (!picture || small.matches) return;
  busy = true;
  const isNew = !book.seen.has(picture.id);
  const shown = await stage.feature(picture, { arrives: isNew });
  busy = false;
  if (shown) glow(stage.hero.images[0]);
  describe();
  largeTimer = setTimeout(turn, shown ? LARGE : AGAIN);
  if (book.news.length) hurry();
}

function choose() {
  const { event, pictures } = book;
  if (event.winner && pictures.has(event.winner)) return pictures.get(event.winner);
  const news = book.takeNews();
  if (news) return news;
  if (!stage.shown) return book.newestFirst()[0];
  const others = [...pictures.values()].filter((each) => each.id !== stage.shown.id);
  return book.pick(others);
}

// A new picture waits no longer than the one before it needs to be seen.
function hurry() {
  if (paused && !still.matches) return;
  clearTimeout(largeTimer);
  const since = performance.now() - (stage.hero.since ?? 0);
  largeTimer = setTimeout(next, Math.max(0, LARGE_NEW - since));
}

function turn() {
  if (paused || document.hidden) return;
  if (book.event.winner && stage.shown?.id === book.event.winner) return;
  if (book.pictures.size > 1) next();
}

function schedule() {
  clearTimeout(smallTimer);
  smallTimer = setTimeout(() => {
    if (!paused && !document.hidden && !small.matches) stage.shuffle();
    schedule();
  }, SMALL);
}

function step(by) {
  if (small.matches || !book.pictures.size) return;
  const all = book.newestFirst();
  if (still.matches) {
    const size = stage.order.length + 1;
    firstOfPage = (firstOfPage + by * size + all.length) % all.length;
    firstOfPage -= firstOfPage % size;
    stage.page(all.slice(firstOfPage, firstOfPage + size)).then(describe);
    return;
  }
  const here = all.findIndex((each) => each.id === stage.shown?.id);
  next({ asked: all.at((here + by) % all.length) });
}

function pause(on) {
  paused = on;
  nodes.pause.setAttribute("aria-label", on ? "Go on" : "Pause");
  document.body.toggleAttribute("data-paused", on);
  if (!on && book.event) next();
}

function fullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen().catch(() => {});
}

nodes.previous.addEventListener("click", () => step(-1));
nodes.next.addEventListener("click", () => step(1));
nodes.pause.addEventListener("click", () => pause(!paused));
nodes.full.addEventListener("click", fullScreen);

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const onButton = event.target.closest?.("button, a");
  if (event.key === "ArrowLeft") step(-1);
  else if (event.key === "ArrowRight") step(1);
  else if (event.key === " " && !onButton) pause(!paused);
  else if (event.key.toLowerCase() === "f") fullScreen();
  else return;
  event.preventDefault();
});

document.addEventListener("visibilitychange", () => !document.hidden && book.event && turn());
new ResizeObserver(() => book.event && !small.matches && stage.refit()).observe(nodes.wall);
small.addEventListener("change", () => {
  stage.clear();
  list.clear();
  if (book.event) took([], []);
});
still.addEventListener("change", () => pause(still.matches));
pause(still.matches);

let pointer = 0;
document.addEventListener("pointermove", () => {
  document.body.dataset.pointer = "on";
  clearTimeout(pointer);
  pointer = setTimeout(() => delete document.body.dataset.pointer, 3_000);
});

function camel(name) {
  return name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
}
