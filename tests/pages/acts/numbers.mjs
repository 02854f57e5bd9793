// A night as data: a sample is drawn and its estimate read, official figures are taken over and the largest difference opened.
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { LONG, expect } from "../told.mjs";

/** The frame of a simulated country: every station with its stratum and registered voters. */
async function frame(night) {
  const [, ...rows] = (await readFile(path.join(night.data, "official.csv"), "utf8")).trim().split("\n");
  const stations = rows.map((row) => row.split(","));
  const lines = stations.map(([station, registered]) => `${station[0] < "5" ? "west" : "east"},${station},${registered}`);
  const file = path.join(night.folder, "frame.csv");
  await writeFile(file, `stratum,station,registered\n${lines.join("\n")}\n`);
  return file;
}

async function reads(page, address, selector) {
  const end = Date.now() + LONG;
  do {
    await page.goto(address);
    if (await page.locator(selector).count()) {
      return true;
    }
    await page.waitForTimeout(300);
  } while (Date.now() < end);
  return false;
}

export async function numbers(browser, host) {
  const night = await host.whole(["--stations", "120", "--observed", "100", "--twice", "20", "--each", "1", "--discrepancies", "5"]);
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  const at = (address) => new URL(address, night.desk).href;

  await page.goto(at("/quick-count?lang=en"));
  expect(await page.getByText("there is no projection").count(), "without a sample there is no projection");
  const file = await frame(night);
  const plan = path.join(night.folder, "plan");
  await night.kuager("sample", "commit", "--frame", file, "--stations", "60", "--output", plan);
  const opened = ["--commitment", path.join(plan, "commitment.json"), "--seed", path.join(plan, "seed")];
  await night.kuager("sample", "use", "--frame", file, ...opened);
  expect(await reads(page, at("/quick-count?lang=en"), "#shares"), "a running desk takes notice of a sample and shows its estimate");
  const rows = await page.locator("#shares table").first().locator("tbody tr").allInnerTexts();
  expect(rows.length > 2 && rows.every((row) => /\d+\.\d\d\s?%.*…/s.test(row)), `every line has a share and an interval: ${rows[0]}`);
  expect((await page.locator("svg.chart[role=img]").count()) === 1, "how it converged is drawn");

  await night.kuager("official", path.join(night.data, "official.csv"), "--stage", "cec");
  expect(await reads(page, at("/official?lang=en"), "tbody tr"), "official figures are compared");
  const differences = (await page.locator("tbody tr td:nth-child(5)").allInnerTexts()).map((text) => Number(text.replace(/\D/g, "")));
  expect(differences.length > 4 && differences.every((one, at) => at === 0 || one <= differences[at - 1]), `the largest first: ${differences}`);
  const station = await page.locator("tbody tr th a").first().innerText();
  await page.locator("tbody tr th a").first().click();
  expect((await page.locator("h1").innerText()) === station, "the largest difference leads to its station");
  expect(await page.getByText("Official").count(), "where the official figures stand beside the copies");

  await page.goto(at("/totals?lang=en"));
  const sum = page.locator("tbody td a").first();
  const value = await sum.innerText();
  await sum.click();
  expect(/totals\/records/.test(page.url()) && (await page.locator("tbody tr").count()) > 50, `a sum (${value}) leads to its stations`);
  await page.goto(at("/statistics?lang=en"));
  expect((await page.locator("svg.chart[role=img]").count()) === 1, "last digits are drawn");
  await context.close();
  night.stop();
}
