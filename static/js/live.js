/* Asks the server whether anything changed, for as long as a page is open.

   An answer is {"sign": "…"}: short, and another one after each change. The server keeps it back while there is nothing
   to say, so that asking again at once costs little; an answer that came at once with the same sign is one of a server
   that is too busy to keep it back, or cannot, and the next question waits for a moment. */

const PAUSE = 3000; // ms, after an answer that was not kept back, and after a failure
const KEPT_BACK = 1000; // ms: whatever took longer was
const TOO_LONG = 55000; // ms: nobody is there

const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));

const ask = async (address, sign) => {
  // The header says that nobody touched the page: asking for news must not keep somebody signed in for ever.
  const headers = { Accept: "application/json", "X-By-Itself": "1" };
  const signal = AbortSignal.timeout?.(TOO_LONG);
  const answer = await fetch(`${address}?sign=${encodeURIComponent(sign)}`, { headers, cache: "no-store", signal });
  if (answer.redirected || answer.status === 403 || answer.status === 404) return null;
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()).sign;
};

/* `sign()` is what the page shows; `changed()` brings it up to date and gives whether it could; `failed()` is told of
   each question without an answer (`isSilent`: none came for long), `refused()` that the reader may ask no more. Gives a function that ends the asking. */
export const listen = (address, { sign, changed, heard, failed, refused }) => {
  let isOver = false;
  const run = async () => {
    while (!isOver) {
      const began = performance.now();
      try {
        const current = await ask(address, sign());
        if (isOver) return;
        if (current === null) return refused();
        heard();
        if (current !== sign()) {
          if (!(await changed())) await pause(PAUSE);
        } else if (performance.now() - began < KEPT_BACK) await pause(PAUSE);
      } catch (fault) {
        if (isOver) return;
        failed(fault.name === "TimeoutError");
        await pause(PAUSE);
      }
    }
  };
  run();
  return () => (isOver = true);
};
