// Protocols from their photos: two people type what they see, with the keyboard alone and without seeing each other's numbers, a third reads what
// they dispute, and somebody who has typed nothing settles what is left. Counts the keys that a page takes.
import { execFile } from "node:child_process";
import { createHmac } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { LONG, expect } from "../told.mjs";

const run = promisify(execFile);
const PASSWORD = "five words drawn by dice";
/** Keys that a trained person types in fifteen seconds, at five a second. */
const KEYS = 75;
/** What the paper says, to whoever reads it right: a station of middle size. */
const PAPER = {
  P01: "1240", P02: "806", P04: "771", "P05.sample_1": "402", "P05.sample_2": "171", "P05.sample_3": "88", "P05.sample_4": "41", "P05.sample_5": "25",
  "P05.sample_6": "13", P06: "31", P07: "22", P08: "1253", P09: "447", P10: "19", copy: "certified",
};

/** What an authenticator shows now (RFC 6238), for a secret as it is printed (RFC 4648, base 32). */
function code(secret) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret.replaceAll(/[^A-Z2-7]/g, "")].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const hash = createHmac("sha1", key).update(step).digest();
  const at = hash.at(-1) & 15;
  return `${(hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000}`.padStart(6, "0");
}

/** Somebody with an account, signed in in a browser of their own. */
async function enter(browser, own, name, role) {
  const file = path.join(own.data, "..", "password");
  await writeFile(file, `${PASSWORD}\n`, { mode: 0o600 });
  const { stdout } = await run(own.kuager, ["user", "add", name, "--role", role, "--password-file", file, "--data", own.data]);
  const secret = stdout.match(/^secret\s+(.+)$/m)[1];
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(new URL("/login?lang=en", own.desk).href);
  await page.locator('input[name="name"]').fill(name);
  await page.locator('input[name="password"]').fill(PASSWORD);
  await page.locator('input[name="code"]').fill(code(secret));
  await page.locator('input[name="code"]').press("Enter");
  await page.waitForURL((to) => to.pathname !== "/login", { timeout: LONG });
  return page;
}

/** Types what somebody sees into the protocol that is open; says how many keys it took. */
async function type(page, paper) {
  let keys = 0;
  const press = async (key) => {
    await page.keyboard.press(key);
    keys += 1;
  };
  const fields = await page.locator("#typing .fields li").count();
  let reached = 0;
  for (let field = 1; field <= fields; field += 1) {
    const { name, tag } = await page.evaluate(() => ({ name: document.activeElement.name ?? "", tag: document.activeElement.tagName }));
    reached += name.startsWith("q.") ? 1 : 0;
    const written = paper[name.slice(2)];
    if (tag === "SELECT" && written) {
      // As people pick from a list: by the first letter of what it says.
      const label = await page.locator(`select[name="${name}"] option[value="${written}"]`).innerText();
      await press(label[0]);
    } else {
      for (const digit of written ?? "") {
        await press(digit);
      }
    }
    const from = page.url();
    await press("Enter");
    if (field === fields) {
      await page.waitForURL((to) => to.href !== from, { timeout: LONG });
    }
  }
  expect(reached === fields && fields > 10, `the keyboard reaches every field without a mouse (${reached} of ${fields})`);
  return keys;
}

export async function papers(browser, host) {
  const own = await host.copy();
  const at = (where) => new URL(where, own.desk).href;
  try {
    const first = await enter(browser, own, "Aigerim", "transcriber");
    const second = await enter(browser, own, "Berik", "transcriber");
    const third = await enter(browser, own, "Dana", "transcriber");
    const lead = await enter(browser, own, "Saule", "coordinator");

    await lead.goto(at("/papers?lang=en"));
    const waiting = async () => Object.fromEntries(await lead.locator(".numbers div").evaluateAll((all) => all.map((one) => [one.querySelector("dt").innerText, Number(one.querySelector("dd").innerText)])));
    const before = await waiting();
    await first.goto(at("/papers?lang=en"));
    await first.locator('main a[href^="/papers/next"]').press("Enter");
    await first.waitForURL(/\/papers\/[0-9a-f]{64}/, { timeout: LONG });

    // The photo is made larger, turned back and moved while the hands stay on the digits.
    await first.keyboard.press("+");
    const zoomed = await first.locator("#zoom2").isChecked();
    await first.keyboard.press("-");
    await first.keyboard.press("/");
    const turned = await first.locator("#turn90").isChecked();
    for (let turn = 0; turn < 3; turn += 1) {
      await first.keyboard.press("/");
    }
    const empty = await first.evaluate(() => document.activeElement.value === "" && document.activeElement.name.startsWith("q."));
    expect(zoomed && turned && empty, "the photo is zoomed and turned by keys that leave nothing in the field");
    await type(first, PAPER);

    // One that nobody has read yet: what others have begun comes first.
    let record;
    for (let tries = 0; tries < 40; tries += 1) {
      await first.goto(at("/papers/next?lang=en"));
      record = first.url().match(/[0-9a-f]{64}/)?.[0];
      if (!record || (await first.locator("header .soft").first().innerText()).startsWith("Read by nobody")) {
        break;
      }
      await type(first, PAPER);
    }
    expect(Boolean(record), "there is a protocol that nobody has read");
    const keys = await type(first, PAPER);
    console.log(`     keys for a protocol of ${Object.keys(PAPER).length} values: ${keys}`);
    expect(keys <= KEYS, `a protocol takes at most ${KEYS} keys, which are fifteen seconds: ${keys}`);

    await second.goto(at(`/papers/${record}?lang=en`));
    expect(!(await second.content()).includes('value="1240"'), "the second reader does not see what the first one typed");
    await type(second, { ...PAPER, P07: "27" });
    await third.goto(at(`/papers/${record}?lang=en`));
    expect((await third.locator("header").innerText()).includes("third reader"), "two who differ need a third reader");
    await type(third, { ...PAPER, P07: "37" });

    await lead.goto(at(`/papers/${record}?lang=en`));
    expect((await lead.locator("tr.fails").first().innerText()).includes("read differently"), "three who differ leave it to be settled");
    await lead.locator('input[name="value"]').first().focus();
    await lead.keyboard.type("22");
    await lead.keyboard.press("Tab");
    await lead.keyboard.type("A stamp covers the second digit");
    await lead.keyboard.press("Enter");
    await lead.locator('input[name="value"]').waitFor({ state: "detached", timeout: LONG });
    const after = await lead.locator("main").innerText();
    expect(!after.includes("read differently"), "what was settled is settled");
    expect(after.includes("differs"), "and where the photo differs from what the observer signed, the page says so");
    await lead.goto(at("/papers?lang=en"));
    expect((await waiting())["Read"] > before["Read"], "the queue counts what was read");
  } finally {
    own.stop();
  }
}

/** A photo that cannot be used is asked for again: the observer's phone hears it, and the page remembers that it was asked. */
export async function retake(browser, host) {
  const { record, photo } = host.notes.find((note) => note.photo) ?? (await host.note());
  const context = await browser.newContext();
  const page = await context.newPage();
  const address = new URL(`/media/${photo}?lang=en`, host.desk).href;
  await page.goto(address);
  const form = page.locator(`form:has(input[name="record"][value="${record}"])`);
  await form.locator('input[name="text"]').press("Enter");
  await page.locator('[role="status"]').waitFor({ timeout: LONG });
  const { asked } = await host.note();
  expect(asked.includes(photo), `the phone hears which photo is asked for again: ${asked}`);
  await page.goto(address);
  expect((await page.locator("main").innerText()).includes("Another photo was asked for"), "the page remembers that it was asked");
  await context.close();
}
