// The wall on a phone: pictures one below the other, newest first, a page of them at a time.

const ON_A_PAGE = 30;

export class List {
  constructor(nodes, { book, address }) {
    this.nodes = nodes;
    this.book = book;
    this.address = address;
    this.items = new Map();
    this.start = 0;
    nodes.newer.addEventListener("click", () => this.turn(-ON_A_PAGE));
    nodes.older.addEventListener("click", () => this.turn(ON_A_PAGE));
  }

  turn(by) {
    this.start = Math.max(0, this.start + by);
    this.layout();
    scrollTo({ top: 0 });
  }

  layout() {
    const all = this.sorted();
    const last = Math.max(0, Math.ceil(all.length / ON_A_PAGE) - 1) * ON_A_PAGE;
    this.start = Math.min(this.start, last);
    const here = all.slice(this.start, this.start + ON_A_PAGE);
    this.keep(new Set(here.map((each) => each.id)));
    let after = null;
    for (const picture of here) {
      const item = this.items.get(picture.id) ?? this.make(picture);
      this.tell(item, picture);
      const next = after ? after.nextSibling : this.nodes.mosaic.firstChild;
      if (item !== next) this.nodes.mosaic.insertBefore(item, next);
      after = item;
    }
    this.number(all.length);
  }

  sorted() {
    const all = this.book.newestFirst();
    const winner = this.book.pictures.get(this.book.event.winner);
    return winner ? [winner, ...all.filter((each) => each !== winner)] : all;
  }

  number(count) {
    const { pages, newer, older, page } = this.nodes;
    pages.hidden = count <= ON_A_PAGE;
    newer.disabled = this.start === 0;
    older.disabled = this.start + ON_A_PAGE >= count;
    const pageCount = Math.ceil(count / ON_A_PAGE);
    page.textContent = `${this.start / ON_A_PAGE + 1} of ${pageCount}`;
  }

  make(picture) {
    const item = document.createElement("li");
    const image = document.createElement("img");
    image.loading = "lazy";
    image.decoding = "async";
    image.alt = picture.alt;
    image.width = picture.w;
    image.height = picture.h;
    image.src = this.address(picture.id, "m");
    image.className = "shown";
    const words = document.createElement("p");
    words.className = "words";
    words.dir = "auto";
    const made = document.createElement("span");
    made.className = "made";
    const likes = document.createElement("span");
    likes.className = "likes";
    const crown = document.createElement("p");
    crown.className = "crown";
    crown.textContent = "The winner";
    item.append(image, words, made, likes, crown);
    this.items.set(picture.id, item);
    return item;
  }

  tell(item, picture) {
    const [, words, made, likes, crown] = item.children;
    crown.hidden = picture.id !== this.book.event.winner;
    write(words, picture.caption);
    write(made, picture.filter);
    write(likes, picture.likes ? `♥ ${picture.likes}` : "");
  }

  keep(ids) {
    for (const [id, item] of this.items) {
      if (ids.has(id)) continue;
      item.firstChild.removeAttribute("src");
      item.remove();
      this.items.delete(id);
    }
  }

  clear() {
    this.keep(new Set());
    this.nodes.pages.hidden = true;
  }
}

export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
