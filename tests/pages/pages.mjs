// The pages that are looked at, and in what way: `pages.mjs KUAGER PHONE FOLDER PICTURES`. To add a page, add a line to PAGES: its name, and its
// address (with `night`, at the desk of a whole simulated day) or the link that leads to it from a page before it. What people do on pages stands in acts/, a file each, listed in ACTS.
import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { chromium } from "playwright-core";
import { events } from "./acts/events.mjs";
import { asleep, live } from "./acts/live.mjs";
import { publish } from "./acts/publish.mjs";
import { numbers } from "./acts/numbers.mjs";
import { retake } from "./acts/papers.mjs";
import { start } from "./desk.mjs";
import { LONG, expect, verdict } from "./told.mjs";

const PAGES = [
  { name: "index", at: "/" },
  { name: "observers", at: "/observers" },
  { name: "chains", at: "/chains" },
  { name: "station", from: "index", link: 'tbody th a[href^="/station"]' },
  { name: "papers", at: "/papers" },
  { name: "official", at: "/official" },
  { name: "import", at: "/official/import" },
  { name: "tables", at: "/export" },
  { name: "publish", at: "/publish" },
  { name: "totals", at: "/totals" },
  { name: "totals-records", from: "totals", link: "tbody td a" },
  { name: "statistics", at: "/statistics" },
  { name: "quick-count", at: "/quick-count" },
  { name: "exit-poll", at: "/exit-poll" },
  { name: "incidents", at: "/incidents", night: true },
  { name: "incident", from: "incidents", link: 'tbody th a[href^="/incidents/"]' },
  { name: "complaint", from: "incident", link: 'a.button[href^="/complaints/"]' },
  { name: "complaints", at: "/complaints", night: true },
  { name: "turnout", at: "/turnout", night: true },
  { name: "norms", at: "/norms", night: true },
  { name: "norm", from: "norms", link: 'tbody th a[href^="/norms"]' },
  { name: "no-station", at: "/station?key=nobody" },
  { name: "file", from: "station", link: '.pictures a[href^="/media/"]' },
];
// What is done in a browser, one after the other, with the same coordinator: (browser, host) each.
const ACTS = [live, asleep, publish, numbers, events, retake];
const SMALL = { width: 360, height: 640 };
const LARGE = { width: 1920, height: 1080 };
// Every page in every language and size, and in the first language in both schemes as well: colours do not know what is written on them.
const WAYS = [
  ["kk", SMALL, "light"],
  ["kk", SMALL, "dark"],
  ["kk", LARGE, "light"],
  ["kk", LARGE, "dark"],
  ["ru", SMALL, "dark"],
  ["ru", LARGE, "light"],
  ["en", SMALL, "light"],
  ["en", LARGE, "dark"],
];
// WCAG 2.2 on both levels that law and common sense ask for, and what axe's authors call good practice.
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

const [kuager, phone, folder, pictures] = process.argv.slice(2);

/** Addresses of all pages, found by following links. */
async function addresses(browser, host) {
  const page = await browser.newPage();
  const found = new Map();
  for (const { name, at, from, link, night } of PAGES) {
    if (at) {
      found.set(name, new URL(at, night ? (await host.night()).desk : host.desk));
      continue;
    }
    await page.goto(found.get(from).href);
    const href = await page.locator(link).first().getAttribute("href", { timeout: LONG });
    found.set(name, new URL(href, found.get(from)));
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

await mkdir(pictures, { recursive: true });
// Chromium's own sandbox does not start for root, as continuous integration is; what is opened here is ours.
const asRoot = process.getuid() === 0 ? ["--no-sandbox"] : [];
const quiet = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const host = await start(kuager, phone, folder);
try {
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: [...asRoot, ...quiet] });
  // A machine that does other things besides is slow, and not wrong.
  const context = browser.newContext.bind(browser);
  browser.newContext = async (options) => {
    const made = await context(options);
    made.setDefaultTimeout(LONG);
    return made;
  };
  for (const [name, address] of await addresses(browser, host)) {
    for (const [language, size, scheme] of WAYS) {
      await look(browser, name, new URL(address), language, size, scheme);
    }
  }
  for (const act of ACTS) {
    await act(browser, { ...host, kuager, pictures });
  }
  await browser.close();
} finally {
  await host.stop();
}
process.exitCode = verdict();
