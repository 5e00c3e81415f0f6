// What the wall says beside the pictures. Pure: an event and the time give texts.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function mood(event, now) {
  if (event.state === "closed") return "Thank you, all of you";
  if (event.state === "cancelled") return "";
  if (event.state === "closing" || now >= event.ends) return "The last pictures are being made";
  if (event.state === "paused") return "Taking a break";
  return "";
}

export function timeLeft(event, now) {
  if (event.state === "scheduled") {
    const wait = event.starts - now;
    return wait > 0 ? `Starts in ${span(wait)}` : "About to start";
  }
  if (event.state !== "open" && event.state !== "paused") return "";
  const left = event.ends - now;
  return left > 0 ? `${span(left)} left` : "";
}

export function pictureCount(count) {
  if (count === 0) return "";
  return count === 1 ? "1 picture" : `${count} pictures`;
}

// When the text above changes next, in milliseconds.
export function untilNext(event, now) {
  const goal = event.state === "scheduled" ? event.starts : event.ends;
  const left = goal - now;
  if (left <= 0) return 30_000;
  return left < MINUTE ? 1_000 : (left % MINUTE) + 50;
}

// What stands where pictures would be; nothing as soon as there are two.
export function invitation(event, pictures) {
  if (event.state === "cancelled") return ["This event was cancelled", "There is nothing to show."];
  if (pictures > 1) return ["", ""];
  if (event.state === "closed") return ["The party is over", "Thank you for coming."];
  if (event.state === "scheduled") return ["Good things to come", event.about];
  if (event.state === "closing") return ["Nearly there", event.about];
  return [
    pictures ? "Yours could be next" : "Be the first on this wall",
    "Step in on Discord, send a photo, look up.",
  ];
}

function span(milliseconds) {
  if (milliseconds < MINUTE) return `${Math.ceil(milliseconds / 1000)} s`;
  const minutes = Math.floor(milliseconds / MINUTE);
  if (milliseconds < HOUR) return `${minutes} min`;
  if (milliseconds < DAY) {
    const rest = minutes % 60;
    return rest ? `${Math.floor(minutes / 60)} h ${rest} min` : `${minutes / 60} h`;
  }
  const days = Math.round(milliseconds / DAY);
  return days === 1 ? "1 day" : `${days} days`;
}
