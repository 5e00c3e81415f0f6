// One place on the page that shows one picture after the other. It has two images, one above the
// other; the hidden one is loaded and decoded, then they change places, and what is hidden is let go.

const SIDES = { s: 480, m: 960, l: 1600 };

export const still = matchMedia("(prefers-reduced-motion: reduce)");

export class Place {
  constructor(node, { address, known, fit = () => {} }) {
    this.node = node;
    this.fit = fit; // sizes an image for a picture, just before it is seen
    this.address = address;
    this.known = known; // id => picture, or undefined once it is gone
    this.images = [image(), image()];
    node.append(...this.images);
    this.picture = null;
    this.wanted = 0;
    this.since = 0; // when the present picture came
  }

  // Shows a picture once it is loaded; resolves to false where that cannot be, or is not wanted any
  // more. The change itself goes on for a moment.
  async show(picture, { side, entrance = FADE }) {
    const turn = (this.wanted += 1);
    const [front, back] = this.images;
    for (const running of back.getAnimations()) running.cancel();
    back.src = this.address(picture.id, sizeFor(side));
    back.alt = picture.alt;
    try {
      await back.decode();
    } catch {
      if (turn === this.wanted) release(back);
      return false;
    }
    if (turn !== this.wanted) return false;
    if (!this.known(picture.id)) {
      release(back);
      return false;
    }
    this.picture = picture;
    this.since = performance.now();
    this.fit(back, picture);
    this.images = [back, front];
    back.classList.add("shown");
    front.classList.remove("shown");
    front.alt = "";
    if (still.matches) release(front);
    else this.cross(back, front, entrance);
    return true;
  }

  cross(front, back, entrance) {
    front.animate(entrance.frames, entrance.timing);
    const goes = back.animate([{ opacity: 1 }, { opacity: 0 }], entrance.timing);
    goes.finished.then(() => release(back)).catch(() => {}); // cancelled: it is used anew
  }

  clear() {
    this.wanted += 1;
    this.picture = null;
    for (const each of this.images) {
      for (const running of each.getAnimations()) running.cancel();
      each.classList.remove("shown");
      release(each);
    }
  }
}

export const FADE = {
  frames: [{ opacity: 0 }, { opacity: 1 }],
  timing: { duration: 1_400, easing: "ease-in-out" },
};

export const ARRIVAL = {
  frames: [
    { opacity: 0, transform: "scale(0.94) translateY(2%)" },
    { opacity: 1, transform: "none" },
  ],
  timing: { duration: 1_600, easing: "cubic-bezier(0.16, 1, 0.3, 1)" },
};

function image() {
  const made = document.createElement("img");
  made.decoding = "async";
  made.draggable = false;
  made.alt = "";
  return made;
}

function release(node) {
  node.removeAttribute("src");
  node.alt = "";
}

function sizeFor(side) {
  const needed = side * Math.min(devicePixelRatio, 2) * 0.9;
  return Object.keys(SIDES).find((size) => SIDES[size] >= needed) ?? "l";
}
