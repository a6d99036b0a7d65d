/* colour.js -- numbers as colours.
 *
 * Weights: cividis (Nunez, Anderton, Renslow 2018, "Optimizing colormaps with consideration for color vision
 * deficiency", PLoS ONE 13(7)), the 256 colours that its authors published, as in the command's pictures.
 * Lightness grows evenly with the weight; people with and without colour blindness see nearly the same map.
 *
 * Differences: blue (less) over white (equal) to orange (more), the blue half of ColorBrewer's RdBu and the
 * orange half of its PuOr (Harrower and Brewer 2003): two hues that every kind of colour blindness keeps
 * apart, equally dark on both sides. The side is also said by the number's sign, never by colour alone.
 *
 * A shade is a number made fit for a colour: -1..1, below 0 only where a difference is shown.
 */

const cividisHex =
  "00224e00234f00245100255300255400265600275800285900285b00295d002a5f002a61002b62002c64002c66002d68" +
  "002e6a002e6c002f6d00306f0030700031700031710132710533710833700c34700f357012357014367016377018376f" +
  "1a386f1c396f1e3a6f203a6f213b6e233c6e243c6e263d6e273e6e293f6e2a3f6d2b406d2d416d2e416d2f426d31436d" +
  "32436d33446d34456c35456c36466c38476c39486c3a486c3b496c3c4a6c3d4a6c3e4b6c3f4c6c404c6c414d6c424e6c" +
  "434e6c444f6c45506c46516c47516c48526c49536c4a536c4b546c4c556c4d556c4e566c4f576c50576c51586d52596d" +
  "535a6d545a6d555b6d555c6d565c6d575d6d585e6d595e6e5a5f6e5b606e5c616e5d616e5e626e5e636f5f636f60646f" +
  "61656f62656f636670646770656870656870666970676a71686a71696b716a6c716b6d726c6d726c6e726d6f726e6f73" +
  "6f70737071737172747272747273747374757474757575757676767777767777777878777979777a7a787b7a787c7b78" +
  "7d7c787e7c787e7d787f7e78807f78817f788280798381798482798582798683798784788885788985788a86788b8778" +
  "8c88788d88788e89788f8a78908b78918b78928c78928d78938e78948e77958f779690779791779892779992779a9376" +
  "9b94769c95769d95769e96769f9775a09875a19975a29975a39a74a49b74a59c74a69c74a79d73a89e73a99f73aaa073" +
  "aba072aca172ada272aea371afa471b0a571b1a570b3a670b4a76fb5a86fb6a96fb7a96eb8aa6eb9ab6dbaac6dbbad6d" +
  "bcae6cbdae6cbeaf6bbfb06bc0b16ac1b26ac2b369c3b369c4b468c5b568c6b667c7b767c8b866c9b965cbb965ccba64" +
  "cdbb63cebc63cfbd62d0be62d1bf61d2c060d3c05fd4c15fd5c25ed6c35dd7c45cd9c55cdac65bdbc75adcc859ddc858" +
  "dec958dfca57e0cb56e1cc55e2cd54e4ce53e5cf52e6d051e7d150e8d24fe9d34eead34cebd44bedd54aeed649efd748" +
  "f0d846f1d945f2da44f3db42f5dc41f6dd3ff7de3ef8df3cf9e03afbe138fce236fde334fee434fee535fee636fee838";

const differenceHex = "2166ac4393c392c5ded1e5f0f7f7f7fee0b6fdb863e08214b35806";

/* "rrggbb..." -> [[r, g, b], ...] */
function coloursOf(hex) {
  return hex.match(/.{6}/g).map(c => [0, 2, 4].map(i => parseInt(c.slice(i, i + 2), 16)));
}

const cividisTable = coloursOf(cividisHex), differenceTable = coloursOf(differenceHex);
const within = (x, low, high) => x > low ? Math.min(x, high) : low; /* NaN is the lowest */

/* x in 0..1 (outside is clamped, NaN is 0) -> [r, g, b] */
function cividis(x) {
  return cividisTable[Math.round(within(x, 0, 1) * 255)];
}

/* x in -1..1 -> [r, g, b]: blue, white at 0, orange; NaN is white */
function difference(x) {
  const at = (within(Number.isNaN(x) ? 0 : x, -1, 1) + 1) / 2 * (differenceTable.length - 1);
  const i = Math.min(Math.floor(at), differenceTable.length - 2), f = at - i;
  return differenceTable[i].map((a, k) => Math.round(a + f * (differenceTable[i + 1][k] - a)));
}

function luminance(rgb) {
  const [r, g, b] = rgb.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/* Black or white, whichever stands out more (WCAG 2 contrast). */
function inkOn(rgb) {
  const y = luminance(rgb);
  return (y + 0.05) / 0.05 > 1.05 / (y + 0.05) ? "#000" : "#fff";
}

function cssColour(rgb) {
  return `#${rgb.map(v => v.toString(16).padStart(2, "0")).join("")}`;
}

/* linear: the number itself; sqrt: small ones come out; row: the row's largest (`max`, of absolute values)
 * is 1. The sign is kept. */
const scales = {
  __proto__: null,
  linear: v => v,
  sqrt: v => Math.sign(v) * Math.sqrt(Math.abs(v)),
  row: (v, max) => max > 0 ? v / max : 0,
};

function shade(value, scale, max) {
  return within(Number.isNaN(value) ? 0 : (scales[scale] || scales.linear)(value, max), -1, 1);
}

/* 256 colours as the words of an ImageData (little endian: 0xAABBGGRR), of shades 0..1 (cividis) or -1..1. */
function paletteWords(colourOf, low) {
  return Uint32Array.from({ length: 256 }, (_, i) => {
    const [r, g, b] = colourOf(low + (1 - low) * i / 255);
    return (0xFF000000 | b << 16 | g << 8 | r) >>> 0;
  });
}
