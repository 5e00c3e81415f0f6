// A glow behind the pictures in the colour of the large one: two layers that fade into each other.

export function tint(layers) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  let front = 0;
  return (image) => {
    context.drawImage(image, 0, 0, 1, 1);
    const [r, g, b] = context.getImageData(0, 0, 1, 1).data;
    front = 1 - front;
    layers[front].style.setProperty("--tint", `rgb(${vivid(r, g, b).join(" ")})`);
    layers[front].classList.add("shown");
    layers[1 - front].classList.remove("shown");
  };
}

// The same hue, brighter and stronger: the average of a picture is always a little grey.
function vivid(...colour) {
  const grey = (colour[0] + colour[1] + colour[2]) / 3;
  const strong = colour.map((each) => Math.max(0, grey + (each - grey) * 1.8));
  const scale = 190 / Math.max(1, ...strong);
  return strong.map((each) => Math.round(each * scale));
}
