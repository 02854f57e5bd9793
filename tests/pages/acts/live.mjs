// A page that is open while things happen.
import { STATION, relay } from "../desk.mjs";
import { LONG, expect } from "../told.mjs";

/** The row of the phone's station: what stands in it, and whether the page is still the one that was marked. */
async function row(page) {
  const text = await page.locator("tr", { hasText: STATION }).first().innerText();
  return { text, marked: await page.evaluate(() => window.marked === true) };
}

async function mark(page) {
  await page.evaluate(() => {
    window.marked = true;
  });
}

/** Waits until the row says something else, on the same page. */
async function changes(page, before, what) {
  const end = Date.now() + LONG;
  let now = await row(page);
  while (now.text === before && Date.now() < end) {
    await page.waitForTimeout(100);
    now = await row(page);
  }
  expect(now.text !== before && now.marked, `${what}, without loading again: ${JSON.stringify(now)}`);
}

/** Under the desk's own policy: records change rows, and a page whose network slept shows what it missed. */
export async function live(browser, host) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(new URL("/?lang=en", host.desk).href);
  await mark(page);
  let before = (await row(page)).text;
  await host.note();
  await changes(page, before, "a record changes its row");

  const devtools = await context.newCDPSession(page);
  const network = (offline) =>
    devtools.send("Network.emulateNetworkConditions", { offline, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
  await devtools.send("Network.enable");
  await network(true);
  await page.locator("#lost").waitFor({ state: "visible", timeout: LONG });
  expect(true, "a page without a network says so");
  before = (await row(page)).text;
  await host.note();
  expect((await row(page)).text === before, "and does not know what happens meanwhile");
  await network(false);
  await changes(page, before, "a page that is back shows what it missed");
  await page.locator("#lost").waitFor({ state: "hidden", timeout: LONG });
  expect(true, "and takes its word back");
  await context.close();
}

/** A laptop that slept has a connection that looks open, and nothing ever comes through it. */
export async function asleep(browser, host) {
  const between = await relay(host.desk);
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.clock.install();
  await page.goto(new URL("/?lang=en", between.url).href);
  await mark(page);
  const before = (await row(page)).text;
  between.silence();
  await host.note();
  await page.clock.fastForward(60_000);
  await changes(page, before, "a page with a dead connection finds out, and shows what it missed");
  await context.close();
  between.stop();
}
