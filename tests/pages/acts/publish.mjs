// Two people publish; what they published is opened from the disk, without a network.
import { execFile, spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import readline from "node:readline";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { LONG, expect } from "../told.mjs";

const run = promisify(execFile);
const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const PASSWORD = "five words drawn by dice";

/** The six digits that an authenticator shows now (RFC 6238), once a new step has begun. */
function code(secret) {
  const bits = [...secret.replace(/[\s=]/g, "")].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const mac = createHmac("sha1", key).update(step).digest();
  const at = mac[mac.length - 1] & 15;
  return `${(mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000}`.padStart(6, "0");
}

/** Another coordinator with the data of the demonstration, where people sign in. */
async function house(kuager, folder, names) {
  const data = path.join(folder, "data");
  await run(kuager, ["demo", "--once", "--data", data, "--out", path.join(folder, "out")], { maxBuffer: 1 << 24 });
  const password = path.join(folder, "password");
  await writeFile(password, `${PASSWORD}\n`, { mode: 0o600 });
  const secrets = {};
  for (const name of names) {
    const { stdout } = await run(kuager, ["user", "add", name, "--role", "publisher", "--password-file", password, "--data", data]);
    secrets[name] = stdout.match(/^secret\s+(.+)$/m)[1];
  }
  const served = spawn(kuager, ["serve", "--data", data, "--listen", "127.0.0.1:0", "--desk", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "inherit"] });
  let desk;
  for await (const line of readline.createInterface({ input: served.stdout })) {
    const [name, value] = line.split(/\s+/);
    if (name === "desk") {
      desk = value;
      break;
    }
  }
  served.stdout.resume();
  return { data, desk, secrets, stop: () => served.kill("SIGKILL") };
}

async function signedIn(browser, house, name, options) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  await page.goto(new URL("/login?lang=en", house.desk).href);
  await page.locator("#name").fill(name);
  await page.locator("#password").fill(PASSWORD);
  await page.locator("#code").fill(code(house.secrets[name]));
  await page.locator("main form button").click();
  await page.locator(".who bdi", { hasText: name }).waitFor({ timeout: LONG });
  return { context, page };
}

/** What axe finds on the page that is open. It would fetch style sheets again, which a page from the disk may not. */
async function violations(page) {
  await page.addScriptTag({ path: AXE });
  const found = await page.evaluate((tags) => axe.run({ runOnly: tags, preload: false }), RULES);
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 2).map((node) => node.html.slice(0, 160)).join(" ")}`);
}

/** Every file below a folder, by its path in it. */
async function below(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}

/** The published folder: every link leads to something in it, nothing is asked of a network, and everybody can read it. */
async function opened(browser, site, pictures) {
  const files = new Set(await below(site));
  const lost = [];
  for (const file of [...files].filter((name) => name.endsWith(".html"))) {
    const html = await readFile(path.join(site, file), "utf8");
    for (const [, link] of html.matchAll(/(?:href|src)="([^"]*)"/g)) {
      if (!files.has(path.normalize(path.join(path.dirname(file), link)))) {
        lost.push(`${file} leads to ${link}`);
      }
    }
  }
  expect(lost.length === 0, `every link of the published pages leads somewhere ${lost.slice(0, 3)}`);
  const station = [...files].find((file) => file.startsWith("en/stations/") && files.has(file));
  const region = [...files].find((file) => file.startsWith("en/regions/"));
  const kinds = ["index.html", "method.html", "changes.html", "check.html", station.slice(3), region.slice(3)];
  for (const width of [360, 1920]) {
    for (const colorScheme of ["light", "dark"]) {
      const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, bypassCSP: true, offline: true });
      const page = await context.newPage();
      const asked = [];
      page.on("request", (request) => request.url().startsWith("file:") || asked.push(request.url()));
      page.on("console", (message) => message.type() === "error" && asked.push(message.text()));
      for (const language of ["kk", "ru", "en"]) {
        for (const kind of kinds) {
          await page.goto(pathToFileURL(path.join(site, language, kind)).href);
          const name = `published-${kind.replaceAll("/", "-").replace(".html", "")}-${language}-${width}-${colorScheme}`;
          await page.screenshot({ path: path.join(pictures, `${name}.png`), fullPage: true });
          const [wide, colour] = await page.evaluate(() => [document.scrollingElement.scrollWidth, getComputedStyle(document.querySelector("a")).color]);
          const told = await violations(page);
          expect(told.length === 0 && wide <= width, `${name}: axe, and no wider than the window (${wide}) ${told.join("; ")}`);
          expect(colour !== "rgb(0, 0, 238)", `${name}: its style is there`);
        }
      }
      expect(asked.length === 0, `published pages ask nobody for anything at ${width} ${colorScheme} ${asked.slice(0, 3)}`);
      await context.close();
    }
  }
  // Their own policy lets style and pictures in, with nothing of a test's around it.
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  await page.goto(pathToFileURL(path.join(site, station)).href);
  await page.locator(".pictures img").first().waitFor({ timeout: LONG });
  const [box] = await Promise.all([page.locator(".pictures img").first().boundingBox()]);
  expect(box.width > 50 && complaints.length === 0, `a published photo is shown from the disk (${box.width}) ${complaints}`);
  await context.close();
}

/** The page of a photo that is whole and was looked at by the coordinator: of those, a copy can be made. */
async function redactable(page) {
  const links = (selector) => page.locator(selector).evaluateAll((found) => [...new Set(found.map((link) => link.href))]);
  for (const end = Date.now() + LONG; Date.now() < end; ) {
    for (const station of (await links('tbody th a[href^="/station"]')).slice(0, 20)) {
      await page.goto(station);
      for (const picture of await links('.pictures a[href^="/media/"]')) {
        await page.goto(picture);
        if ((await page.locator("#draw").count()) === 1) {
          const address = new URL(picture);
          address.searchParams.set("lang", "en");
          return address.href;
        }
      }
    }
    await page.goto(new URL("/?lang=en", page.url()).href);
  }
  throw new Error("there is no photo of which a copy can be made");
}

/** Two people publish a picture and everything; anybody opens and checks it. */
export async function publish(browser, host) {
  const folder = await mkdtemp(path.join(os.tmpdir(), "kuager-publish-"));
  const there = await house(host.kuager, folder, ["Aigerim", "Timur"]);
  try {
    const { context, page } = await signedIn(browser, there, "Aigerim");
    await page.goto(await redactable(page));
    await page.locator("summary", { hasText: "copy for publication" }).click();
    const picture = page.locator("#draw img");
    await picture.scrollIntoViewIfNeeded();
    // It is loaded when somebody wants to see it.
    await page.waitForFunction(() => document.querySelector("#draw img").naturalWidth > 0, null, { timeout: LONG });
    await picture.evaluate((image) => image.scrollIntoView({ block: "start" }));
    const box = await picture.boundingBox();
    await page.mouse.move(box.x + 20, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + 160, box.y + 90, { steps: 4 });
    await page.mouse.up();
    expect(/^\d+, \d+, \d+, \d+$/m.test(await page.locator("#regions").inputValue()), "what is drawn stands there in numbers");
    await page.locator("button", { hasText: "Show the copy" }).click();
    await page.locator("text=cannot be withdrawn").waitFor({ timeout: LONG });
    await page.screenshot({ path: path.join(host.pictures, "publish-copy.png"), fullPage: true });
    await page.locator("button", { hasText: "Make it public" }).click();
    await page.locator("#copies").waitFor({ timeout: LONG });
    expect(await page.locator("#copies + ul li").count() === 1, "a copy is public after somebody has looked at it");

    await page.goto(new URL("/publish?lang=en", there.desk).href);
    await page.screenshot({ path: path.join(host.pictures, "publish-empty.png"), fullPage: true });
    await page.locator('input[name="note"]').fill("First figures");
    await page.locator("button", { hasText: "Make and propose" }).click();
    const proposed = page.locator(".done a", { hasText: "waits for a second person" });
    for (const end = Date.now() + LONG; (await proposed.count()) === 0 && Date.now() < end; ) {
      await page.waitForTimeout(300);
      await page.goto(new URL("/publish?lang=en", there.desk).href);
    }
    await proposed.click();
    await page.screenshot({ path: path.join(host.pictures, "publish-own-proposal.png"), fullPage: true });
    expect(await page.locator("button", { hasText: "Publish exactly this" }).count() === 0, "who proposed cannot approve");
    const at = page.url();

    // The other one works without scripts.
    const other = await signedIn(browser, there, "Timur", { javaScriptEnabled: false });
    await other.page.goto(at);
    await other.page.locator("a", { hasText: "Look at it" }).click();
    await other.page.locator(".languages a").last().click();
    await other.page.locator("h1").waitFor({ timeout: LONG });
    await other.page.screenshot({ path: path.join(host.pictures, "publish-look.png"), fullPage: true });
    await other.page.goto(at);
    await other.page.locator('form:has(input[value="approved"]) input[name="note"]').fill("Looked at two stations");
    await other.page.locator("button", { hasText: "Publish exactly this" }).click();
    await other.page.locator("h1 .holds").waitFor({ timeout: LONG });
    expect(true, "a second person publishes, without scripts");
    await other.page.goto(new URL("/publish?lang=en", there.desk).href);
    await other.page.screenshot({ path: path.join(host.pictures, "publish-published.png"), fullPage: true });
    await other.context.close();
    await context.close();

    const site = path.join(folder, "site");
    await run(host.kuager, ["publish", "write", "--to", site, "--data", there.data]);
    const checked = await run(host.kuager, ["publish", "check", site]);
    expect(/^holds$/m.test(checked.stdout), "what was published can be checked by anybody");
    await run("sha256sum", ["--quiet", "-c", "SHA256SUMS"], { cwd: site });
    await opened(browser, site, host.pictures);
    await writeFile(path.join(site, "en", "index.html"), "nothing happened");
    const tampered = await run(host.kuager, ["publish", "check", site]).catch((error) => error);
    expect(/en\/index.html was changed/.test(tampered.stderr), `whoever changes a page is found out: ${tampered.stderr}`);
  } finally {
    there.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
