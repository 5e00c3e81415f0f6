// What this page knows of its event: the pictures, and which of them has been on show how recently.

const MOST_NEWS = 24; // new pictures that wait to be seen large; of more, the newest

export class Book {
  constructor() {
    this.event = null;
    this.pictures = new Map();
    this.news = []; // ids, oldest first
    this.seen = new Map(); // id: when it was last on show, in turns
    this.turn = 0;
    this.skew = 0; // the server's time minus ours
  }

  now() {
    return Date.now() + this.skew;
  }

  // Takes over all there is; returns the ids that are gone.
  begin({ event, pictures }) {
    const first = this.event === null;
    const known = this.pictures;
    this.event = event;
    this.pictures = new Map(pictures.map((each) => [each.id, each]));
    if (!first) for (const each of pictures) if (!known.has(each.id)) this.announce(each.id);
    const lost = [...known.keys()].filter((id) => !this.pictures.has(id));
    this.forget(lost);
    return lost;
  }

  // Takes over a change; returns the ids that are new.
  change({ event, put, drop }) {
    if (event) this.event = event;
    const fresh = put.filter((each) => !this.pictures.has(each.id)).map((each) => each.id);
    for (const each of put) this.pictures.set(each.id, each);
    for (const id of drop) this.pictures.delete(id);
    this.forget(drop);
    for (const id of fresh) this.announce(id);
    return fresh;
  }

  newestFirst() {
    return [...this.pictures.values()].sort((a, b) => b.at - a.at || b.id - a.id);
  }

  // The next to be seen large: what is new, then what was not on show for longest.
  takeNews() {
    return this.pictures.get(this.news.shift()) ?? null;
  }

  mark(id) {
    this.turn += 1;
    this.seen.set(id, this.turn);
  }

  // Of these, one that was not on show for long; a little by chance, or the order would repeat.
  pick(candidates) {
    const waited = candidates
      .map((each) => [this.seen.get(each.id) ?? -each.at / 1e15, each])
      .sort((a, b) => a[0] - b[0]);
    const few = Math.max(1, Math.ceil(waited.length / 4));
    return waited.length ? waited[Math.floor(Math.random() * few)][1] : null;
  }

  announce(id) {
    this.news.push(id);
    while (this.news.length > MOST_NEWS) this.news.shift();
  }

  forget(ids) {
    const gone = new Set(ids);
    for (const id of gone) this.seen.delete(id);
    this.news = this.news.filter((id) => !gone.has(id));
  }
}
