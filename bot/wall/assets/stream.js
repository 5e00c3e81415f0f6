// Follows a wall over server-sent events, for hours: connects anew with ever longer pauses, and when
// nothing was heard for a while. `fetch` and not EventSource, which hides why it was refused.

const SILENCE = 35_000; // three beats of the server
const PAUSES = [500, 1_000, 2_000, 4_000, 8_000, 15_000];
const GONE_PAUSE = 60_000; // a wall that was closed may have been a mistake

export async function follow(url, { hear, lost, gone }) {
  let failures = 0;
  for (;;) {
    const outcome = await listen(url, (kind, data) => {
      failures = 0;
      if (kind !== "gone") hear(kind, data);
    });
    if (outcome === "gone") gone();
    else lost();
    const pause = outcome === "gone" ? GONE_PAUSE : PAUSES[Math.min(failures, PAUSES.length - 1)];
    failures += 1;
    await sleep(pause * (0.75 + Math.random() / 2)); // not all pages at the same moment
  }
}

async function listen(url, hear) {
  const control = new AbortController();
  let timer = setTimeout(() => control.abort(), SILENCE);
  try {
    const answer = await fetch(url, { signal: control.signal, cache: "no-store" });
    if (answer.status === 404) return "gone";
    if (!answer.ok || !answer.body) return "lost";
    const reader = answer.body.getReader();
    const decoder = new TextDecoder();
    let rest = "";
    let closed = false;
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return closed ? "gone" : "lost";
      clearTimeout(timer);
      timer = setTimeout(() => control.abort(), SILENCE);
      const parts = (rest + decoder.decode(value, { stream: true })).split("\n\n");
      rest = parts.pop();
      for (const part of parts) {
        const [kind, data] = read(part);
        closed = closed || kind === "gone";
        hear(kind, data);
      }
    }
  } catch {
    return "lost";
  } finally {
    clearTimeout(timer);
    control.abort();
  }
}

function read(part) {
  let kind = "message";
  let data = "{}";
  for (const line of part.split("\n")) {
    if (line.startsWith("event: ")) kind = line.slice(7);
    else if (line.startsWith("data: ")) data = line.slice(6);
  }
  return [kind, JSON.parse(data)];
}

function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
