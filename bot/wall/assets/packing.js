// Where pictures of any ratio go: rows of equal height, filled from side to side. Pure arithmetic.

const MOST_ROWS = 4;
const AHEAD = 10; // pictures that are tried for the end of a row
const SMALLER = 0.8; // of the least height of a row, so that all pictures are seen
const CROP = 0.86; // a picture is cut to this part of its width at most, so that a row is filled

// Returns [{index, x, y, w, h}]: a box for each ratio that has room.
export function pack(ratios, { width, height, gap, least }) {
  if (!ratios.length || width <= 0 || height <= 0) return [];
  let best = null;
  for (let rows = 1; rows <= MOST_ROWS; rows += 1) {
    const high = (height - gap * (rows - 1)) / rows;
    if (rows > 1 && high < least) break;
    for (const share of [shareAll, fillRows]) {
      const boxes = place(share(ratios, rows, { width, high, gap }), { width, height, high, gap });
      const low = Math.min(...boxes.map((box) => box.h));
      const area = boxes.reduce((sum, box) => sum + box.w * box.h, 0);
      const score = (area * boxes.length) / ratios.length;
      if (!best || (score > best.score && low >= least * SMALLER)) best = { score, boxes };
    }
  }
  return best.boxes;
}

// Shares all pictures out to rows, evenly and in order.
function shareAll(ratios, rows) {
  const even = ratios.reduce((sum, ratio) => sum + ratio, 0) / rows;
  const parts = [[]];
  let sum = 0;
  ratios.forEach((ratio, index) => {
    const far = Math.abs(sum + ratio - even) > Math.abs(sum - even);
    if (far && parts.at(-1).length && parts.length < rows) {
      parts.push([]);
      sum = 0;
    }
    parts.at(-1).push({ index, ratio });
    sum += ratio;
  });
  return parts;
}

// Fills each row from the pictures that come next, and leaves the rest.
function fillRows(ratios, rows, { width, high, gap }) {
  const left = ratios.map((ratio, index) => ({ index, ratio }));
  const parts = [];
  while (parts.length < rows && left.length) {
    const part = [];
    let missing = width / high;
    for (;;) {
      const choice = closest(left, missing, { must: !part.length });
      if (choice < 0) break;
      const [taken] = left.splice(choice, 1);
      part.push(taken);
      missing -= taken.ratio + gap / high;
    }
    parts.push(part);
  }
  return parts;
}

// The next one, or at a row's end the one of those ahead that ends it best; -1: none would.
function closest(left, missing, { must }) {
  if (!left.length) return -1;
  if (left[0].ratio < missing * 0.6) return 0;
  let best = must ? Infinity : Math.abs(missing);
  let found = -1;
  left.slice(0, AHEAD).forEach((each, index) => {
    const off = Math.abs(missing - each.ratio);
    if (off < best - 0.01) [best, found] = [off, index];
  });
  return found;
}

function place(parts, { width, height, high, gap }) {
  const rows = parts.map((part) => {
    const sum = part.reduce((all, each) => all + each.ratio, 0);
    const free = width - gap * (part.length - 1);
    const fit = free / (sum * high);
    if (fit >= 1 / CROP) return { part, h: high, stretch: 1 };
    if (fit >= CROP) return { part, h: high, stretch: fit };
    return { part, h: free / sum, stretch: 1 };
  });
  const used = rows.reduce((all, row) => all + row.h, 0) + gap * (rows.length - 1);
  const boxes = [];
  let y = (height - used) / 2;
  for (const { part, h, stretch } of rows) {
    let x = 0;
    for (const { index, ratio } of part) {
      const w = ratio * h * stretch;
      boxes.push({ index, x: Math.round(x), y: Math.round(y), w: Math.round(w), h: Math.round(h) });
      x += w + gap;
    }
    y += h + gap;
  }
  return boxes;
}
