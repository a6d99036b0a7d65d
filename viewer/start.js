"use strict";
/* start.js -- unpacks the viewer, style and script, and lets it begin.
 *
 * Both stand in the page as base64 of a zlib stream, at a third of their size. They are put into the document as
 * they are: the page's policy names their hashes and that of this script, so nothing else can run in their place.
 */
{
  const unpack = async (id) => {
    const packed = Uint8Array.from(atob(document.getElementById(id).textContent), (c) => c.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Response(stream).text();
  };

  const start = async () => {
    const parts = ["style", "script"], texts = await Promise.all(parts.map(unpack));
    parts.forEach((tag, i) => {
      const el = document.createElement(tag);
      el.textContent = texts[i];
      document.head.append(el);
    });
  };

  start().catch((error) => {
    document.getElementById("app").textContent = `This page needs a browser of 2023 or later (${error.message}).`;
  });
}
