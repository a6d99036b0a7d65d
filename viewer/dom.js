/* dom.js -- elements in one call, and what is said aloud.
 *
 * h("p", { class: "note" }, "text", h("b", {}, word)) makes an element. Text is only ever set as text, so
 * no word of a sentence can become markup: nothing in the viewer knows innerHTML.
 */

const SVG = "http://www.w3.org/2000/svg";

const setters = {
  class: (el, v) => el.setAttribute("class", v),
  text: (el, v) => { el.textContent = v; },
  dataset: (el, v) => Object.assign(el.dataset, v),
  style: (el, v) => { for (const [k, x] of Object.entries(v)) el.style.setProperty(k, x); },
};

function setProperty(el, key, value) {
  if (value === undefined || value === null || value === false)
    return;
  if (Object.hasOwn(setters, key))
    setters[key](el, value);
  else if (key.startsWith("on"))
    el.addEventListener(key.slice(2), value);
  else
    el.setAttribute(key, value === true ? "" : value);
}

function fill(el, props, children) {
  for (const [key, value] of Object.entries(props ?? {}))
    setProperty(el, key, value);
  el.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false));
  return el;
}

/* An element. Props: class, text, dataset {}, style {}, on* listeners; anything else is an attribute, left
 * out where null or false. Children: nodes, text, null, and lists of them. */
function h(tag, props, ...children) {
  return fill(document.createElement(tag), props, children);
}

/* The same in SVG. */
function svg(tag, attrs, ...children) {
  return fill(document.createElementNS(SVG, tag), attrs, children);
}

function clear(el) {
  el.replaceChildren();
  return el;
}

/* Says text in the live region. Words are said after what is being said is replaced, so the last one wins. */
function announce(text) {
  const region = document.getElementById("live");
  if (region && region.textContent !== text)
    region.textContent = text;
}

/* A word of a text, kept apart from what stands around it whatever its direction. */
function bdi(text, cls) {
  return h("bdi", { class: cls, dir: "auto" }, text);
}
