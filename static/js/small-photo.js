/* A chosen photo on its way: its id, and made small. */

const LONGEST = 2000; // pixels of the long edge: the server keeps no more, and need not shrink it once again
const MOST_BYTES = 500_000;
const QUALITIES = [0.85, 0.75, 0.65, 0.5];

// As crypto.randomUUID, which a page without HTTPS has not.
export function newId() {
  const random = (most) => crypto.getRandomValues(new Uint8Array(1))[0] & most;
  const hex = (digit) => (digit ^ random(15 >> (digit / 4))).toString(16);
  return "10000000-1000-4000-8000-100000000000".replace(/[018]/g, hex);
}

/* Upright, without what the file says of place and phone, at most LONGEST and about MOST_BYTES; the file itself where the
   browser cannot: the server decides. */
export async function small(file) {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    let blob = null;
    for (const quality of QUALITIES) {
      blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
      if (!blob?.size) return file;
      if (blob.size <= MOST_BYTES) break;
    }
    return blob;
  } catch {
    return file;
  }
}
