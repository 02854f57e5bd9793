// The pages that are looked at, and in what way: `pages.mjs KUAGER PHONE FOLDER PICTURES`. To add a page, add a line to PAGES: its name, and its
// address or the link that leads to it from a page before it.
import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { chromium } from "playwright-core";
import { STATION, relay, start } from "./desk.mjs";

const PAGES = [
  { name: "index", at: "/" },
  { name: "observers", at: "/observers" },
  { name: "chains", at: "/chains" },
  { name: "station", from: "index", link: 'tbody th a[href^="/station"]' },
  { name: "papers", at: "/papers" },
  { name: "official", at: "/official" },
  { name: "no-station", at: "/station?key=nobody" },
  { name: "file", from: "station", link: '.pictures a[href^="/media/"]' },
];
const LANGUAGES = ["kk", "ru", "en"];
const SIZES = [
  { width: 360, height: 640 },
  { width: 1920, height: 1080 },
];
const SCHEMES = ["light", "dark"];
// WCAG 2.2 on both levels that law and common sense ask for, and what axe's authors call good practice.
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
// So long is waited for what must come; only a page that sleeps for ever gets there.
const LONG = 120_000;
const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

const [kuager, phone, folder, pictures] = process.argv.slice(2);
const faults = [];

function expect(holds, what) {
  console.log(`${holds ? "ok  " : "NOT "} ${what}`);
  if (!holds) {
    faults.push(what);
  }
}

/** Addresses of all pages, found by following links. */
async function addresses(browser, desk) {
  const page = await browser.newPage();
  const found = new Map();
  for (const { name, at, from, link } of PAGES) {
    if (at) {
      found.set(name, new URL(at, desk));
      continue;
    }
    await page.goto(found.get(from).href);
    const href = await page.locator(link).first().getAttribute("href", { timeout: LONG });
    found.set(name, new URL(href, desk));
  }
  await page.close();
  return found;
}

/** One page in one language, size and scheme. */
async function look(browser, name, address, language, viewport, colorScheme) {
  const context = await browser.newContext({ viewport, colorScheme, bypassCSP: true });
  const page = await context.newPage();
  const what = `${name} ${language} ${viewport.width} ${colorScheme}`;
  const said = [];
  page.on("console", (message) => message.type() === "error" && said.push(message.text()));
  page.on("pageerror", (error) => said.push(`${error}`));
  address.searchParams.set("lang", language);
  await page.goto(address.href, { waitUntil: "load" });
  await page.screenshot({ path: path.join(pictures, `${what.replaceAll(" ", "-")}.png`), fullPage: true });
  await page.addScriptTag({ path: AXE });
  const { violations } = await page.evaluate((tags) => axe.run({ runOnly: tags }), RULES);
  const told = violations.map(({ id, help, nodes }) => `\n     ${id}: ${help}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" ")}`);
  expect(violations.length === 0, `${what}: axe${told.join("")}`);
  const [wide, lang] = await page.evaluate(() => [document.scrollingElement.scrollWidth, document.documentElement.lang]);
  expect(wide <= viewport.width, `${what}: nothing is wider than the window (${wide})`);
  expect(lang === language, `${what}: says its language (${lang})`);
  expect(said.length === 0, `${what}: the browser has nothing to complain of ${said.join("; ")}`);
  await context.close();
}

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
async function live(browser, host) {
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
async function asleep(browser, host) {
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

await mkdir(pictures, { recursive: true });
// Chromium's own sandbox does not start for root, as continuous integration is; what is opened here is ours.
const asRoot = process.getuid() === 0 ? ["--no-sandbox"] : [];
const quiet = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const host = await start(kuager, phone, folder);
try {
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: [...asRoot, ...quiet] });
  for (const [name, address] of await addresses(browser, host.desk)) {
    for (const language of LANGUAGES) {
      for (const size of SIZES) {
        for (const scheme of SCHEMES) {
          await look(browser, name, new URL(address), language, size, scheme);
        }
      }
    }
  }
  await live(browser, host);
  await asleep(browser, host);
  await browser.close();
} finally {
  host.stop();
}
console.log(faults.length === 0 ? "everything holds" : `${faults.length} do not hold`);
process.exitCode = faults.length === 0 ? 0 : 1;
