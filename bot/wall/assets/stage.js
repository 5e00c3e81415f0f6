// The wall on a large screen: one picture large, the others in a mosaic. Nodes are made once for as
// many pictures as there is room for, and show others in turn.

import { pack } from "./packing.js";
import { ARRIVAL, FADE, Place, still } from "./picture.js";

const GAP = 0.75; // rem
const LEAST_ROW = 11.5; // rem
const WIDEST_SPOT = 0.46; // of the wall
const NARROWEST_SPOT = 0.28;
const MOST_TILES = 48;
const ALIKE = 0.06; // ratios that are as good as the same

export class Stage {
  constructor(nodes, { book, address }) {
    this.nodes = nodes;
    this.book = book;
    const known = (id) => book.pictures.get(id);
    this.options = { address, known };
    this.hero = new Place(nodes.frame, {
      ...this.options,
      fit: (image, picture) => this.size(image, picture),
    });
    this.order = []; // ids in the mosaic
    this.tiles = []; // one for each of them
    this.spare = [];
    this.full = false; // more pictures than places
  }

  get shown() {
    return this.hero.picture;
  }

  // Shows a picture large; what was large goes into the mosaic.
  async feature(picture, { arrives = false } = {}) {
    const before = this.shown;
    this.column();
    const side = Math.max(this.nodes.spot.clientWidth, this.tallest());
    const entrance = arrives ? ARRIVAL : FADE;
    if (!(await this.hero.show(picture, { side, entrance }))) return false;
    this.book.mark(picture.id);
    this.exchange(picture.id, before);
    this.layout();
    return true;
  }

  exchange(id, before) {
    const place = this.order.indexOf(id);
    const back = before && this.book.pictures.has(before.id) && before.id !== id ? before : null;
    if (place >= 0) {
      if (back) this.order[place] = back.id;
      else this.order.splice(place, 1);
    } else if (back && this.full) {
      const stale = this.stalest((each) => alike(each, back));
      if (stale >= 0) this.order[stale] = back.id;
    } else if (back) {
      this.order.unshift(back.id);
    }
  }

  // Puts the next picture into one place of the mosaic.
  shuffle() {
    if (!this.full) return;
    const out = [...this.book.pictures.values()].filter((each) => !this.isShown(each.id));
    const places = this.order
      .map((id, index) => ({ index, turn: this.book.seen.get(id) ?? 0 }))
      .sort((a, b) => a.turn - b.turn);
    for (const { index } of places) {
      const here = this.book.pictures.get(this.order[index]);
      const next = this.book.pick(out.filter((each) => alike(each, here)));
      if (next) {
        this.order[index] = next.id;
        this.layout();
        return;
      }
    }
  }

  // Shows the pictures from this one on, without any movement.
  page(pictures) {
    const [first, ...others] = pictures;
    this.order = others.map((each) => each.id);
    this.layout({ fill: false });
    return this.feature(first);
  }

  drop(ids) {
    const gone = new Set(ids);
    if (this.shown && gone.has(this.shown.id)) this.hero.clear();
    for (const tile of this.tiles) if (gone.has(tile.id)) tile.place.clear();
    this.order = this.order.filter((id) => !gone.has(id));
    this.layout();
  }

  layout({ fill = true } = {}) {
    this.column();
    const kept = this.order.filter((id) => this.book.pictures.has(id) && id !== this.shown?.id);
    const more = fill ? this.waiting(kept) : [];
    const wanted = [...kept, ...more].slice(0, MOST_TILES);
    const boxes = this.pack(wanted);
    this.full = boxes.length < wanted.length;
    this.order = boxes.map((box) => wanted[box.index]);
    this.arrange(boxes);
  }

  waiting(kept) {
    const here = new Set(kept);
    return this.book
      .newestFirst()
      .filter((each) => !here.has(each.id) && each.id !== this.shown?.id)
      .slice(0, MOST_TILES)
      .map((each) => each.id);
  }

  pack(ids) {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const { clientWidth: width, clientHeight: height } = this.nodes.mosaic;
    const ratios = ids.map((id) => ratio(this.book.pictures.get(id)));
    return pack(ratios, { width, height, gap: GAP * rem, least: LEAST_ROW * rem });
  }

  arrange(boxes) {
    const before = new Map(this.tiles.map((tile) => [tile.id, tile]));
    const kept = new Set(this.order);
    for (const tile of this.tiles) if (!kept.has(tile.id)) this.spare.push(tile);
    this.tiles = this.order.map((id, index) => {
      const tile = before.get(id) ?? this.take(boxes[index]);
      tile.move(boxes[index], { glide: before.has(id) });
      if (tile.id !== id) tile.show(this.book.pictures.get(id));
      else tile.tell(this.book.pictures.get(id));
      this.book.seen.has(id) || this.book.mark(id);
      return tile;
    });
    for (const tile of this.spare) tile.rest();
  }

  // A node for a new picture: best the one that is there already, so that one fades into the other.
  take(box) {
    const there = this.spare.findIndex((tile) => tile.isAt(box));
    const [tile] = there >= 0 ? this.spare.splice(there, 1) : this.spare.splice(-1, 1);
    return tile ?? new Tile(this.nodes.mosaic, this.options);
  }

  stalest(suits) {
    let found = -1;
    this.order.forEach((id, index) => {
      const turn = this.book.seen.get(id) ?? 0;
      const best = found < 0 ? Infinity : (this.book.seen.get(this.order[found]) ?? 0);
      if (suits(this.book.pictures.get(id)) && turn < best) found = index;
    });
    return found;
  }

  isShown(id) {
    return id === this.shown?.id || this.order.includes(id);
  }

  // The large picture's column is as wide as the widest picture needs, so that it never jumps.
  column() {
    const widest = Math.max(0.1, ...[...this.book.pictures.values()].map(ratio));
    const wide = this.nodes.wall.clientWidth;
    const needed = this.tallest() * widest;
    const spot = Math.min(wide * WIDEST_SPOT, Math.max(wide * NARROWEST_SPOT, needed));
    document.body.style.setProperty("--spot", `${Math.round(spot)}px`);
  }

  // What is left of the column's height for the picture itself.
  tallest() {
    const { spot, label } = this.nodes;
    return Math.max(0, spot.clientHeight - label.offsetHeight);
  }

  size(image, picture) {
    const { spot } = this.nodes;
    const width = Math.min(spot.clientWidth, this.tallest() * ratio(picture));
    image.style.width = `${Math.round(width)}px`;
    image.style.height = `${Math.round(width / ratio(picture))}px`;
    spot.style.setProperty("--wide", image.style.width);
    spot.style.setProperty("--high", image.style.height);
  }

  // After the window has changed.
  refit() {
    if (!this.shown) return;
    this.column();
    this.size(this.hero.images[0], this.shown);
    this.layout();
  }

  tell() {
    for (const tile of this.tiles) tile.tell(this.book.pictures.get(tile.id));
  }

  clear() {
    this.hero.clear();
    this.order = [];
    this.layout({ fill: false });
  }
}

class Tile {
  constructor(mosaic, options) {
    this.node = document.createElement("li");
    this.place = new Place(this.node, options);
    this.likes = document.createElement("span");
    this.likes.className = "likes";
    this.node.append(this.likes);
    mosaic.append(this.node);
    this.id = null;
    this.box = null;
  }

  isAt(box) {
    return this.box && this.box.x === box.x && this.box.y === box.y && this.box.w === box.w;
  }

  move(box, { glide }) {
    const from = this.box;
    this.box = box;
    this.node.hidden = false;
    if (from && this.isSame(from, box)) return;
    const { style } = this.node;
    style.width = `${box.w}px`;
    style.height = `${box.h}px`;
    style.transform = `translate(${box.x}px, ${box.y}px)`;
    if (!glide || !from || still.matches) return;
    const start = `translate(${from.x}px, ${from.y}px) scale(${from.w / box.w}, ${from.h / box.h})`;
    const frames = [{ transform: start }, { transform: style.transform }];
    this.node.animate(frames, { duration: 1_200, easing: "cubic-bezier(0.3, 0, 0.2, 1)" });
  }

  isSame(a, b) {
    return a.x === b.x && a.y === b.y && a.w === b.w && a.h === b.h;
  }

  async show(picture) {
    this.id = picture.id;
    this.likes.textContent = "";
    await this.place.show(picture, { side: Math.max(this.box.w, this.box.h) });
    if (this.id === picture.id) this.tell(this.place.known(picture.id)); // likes came meanwhile
  }

  tell(picture) {
    const isSeen = picture && this.place.picture?.id === picture.id; // and not still on its way
    const text = isSeen && picture.likes ? `♥ ${picture.likes}` : "";
    if (this.likes.textContent !== text) this.likes.textContent = text;
  }

  rest() {
    if (this.node.hidden) return;
    this.id = null;
    this.box = null;
    this.node.hidden = true;
    this.likes.textContent = "";
    this.place.clear();
  }
}

export function ratio(picture) {
  return picture.w / picture.h;
}

function alike(a, b) {
  return Math.abs(ratio(a) / ratio(b) - 1) < ALIKE;
}
