// What was expected of the pages, and what came of it.

// So long is waited for what must come; only a page that sleeps for ever gets there.
export const LONG = 120_000;

const faults = [];

export function expect(holds, what) {
  console.log(`${holds ? "ok  " : "NOT "} ${what}`);
  if (!holds) {
    faults.push(what);
  }
}

/** Says how many expectations do not hold, and what the process is to exit with. */
export function verdict() {
  console.log(faults.length === 0 ? "everything holds" : `${faults.length} do not hold`);
  return faults.length === 0 ? 0 : 1;
}
