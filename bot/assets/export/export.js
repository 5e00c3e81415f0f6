
"use strict";
const links = [...document.querySelectorAll(".pictures a")];
const box = document.querySelector("dialog");
const [image, words] = [box.querySelector("img"), box.querySelector("figcaption")];
let shown = 0;
function show(at) {
  shown = (at + links.length) % links.length;
  const picture = links[shown].querySelector("img");
  image.src = links[shown].href;
  image.alt = picture.alt;
  words.textContent = links[shown].parentElement.querySelector("q")?.textContent ?? "";
}
for (const link of document.querySelectorAll("li a")) {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(links.findIndex((each) => each.href === link.href));
    box.showModal();
  });
}
box.querySelector(".close").addEventListener("click", () => box.close());
box.querySelector(".before").addEventListener("click", () => show(shown - 1));
box.querySelector(".after").addEventListener("click", () => show(shown + 1));
box.addEventListener("click", (event) => { if (event.target.closest("button, img") === null) box.close(); });
box.addEventListener("keydown", (event) => {
  if (event.key === "ArrowLeft") show(shown - 1);
  if (event.key === "ArrowRight") show(shown + 1);
});
