// What a coordinator does about what happened: handles an incident to verified, prints its act, complains of it, finds a late jump. Without
// scripts: none of it needs any.
import path from "node:path";
import { LONG, expect } from "../told.mjs";

/** A text of the page, once it is there. */
async function says(page, text, what) {
  const found = await page.getByText(text, { exact: false }).first().waitFor({ timeout: LONG }).then(() => true, () => false);
  expect(found, `${what}: “${text}”`);
}

/** Takes a step with a note. */
async function step(page, status, note) {
  await page.locator(`input[name="status"][value="${status}"]`).check();
  await page.locator('input[name="note"]').fill(note);
  await page.locator('form[action*="/step"] button').click();
}

export async function events(browser, host) {
  const night = await host.night();
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(new URL("/incidents?lang=en", night.desk).href);
  await page.locator('tbody th a[href^="/incidents/"]').first().click();
  await step(page, "corroborated", "another observer said so on the telephone");
  await step(page, "verified", "the chair was called and admits it");
  await says(page, "the chair was called and admits it", "the history says why");
  expect((await page.locator(".mark.verified").count()) > 0, "the incident is verified");
  const rows = await page.locator("tbody tr").count();
  expect(rows >= 3, `the history has every step (${rows})`);
  const incident = page.url();

  await page.locator('a[href*="/print"]').first().click();
  await says(page, "Акт о нарушении", "the act is there in Russian");
  await says(page, "Бұзушылық туралы акт", "and in Kazakh");
  const pdf = await page.pdf({ path: path.join(host.pictures, "act.pdf"), preferCSSPageSize: true });
  expect(pdf.subarray(0, 5).toString() === "%PDF-" && /\/MediaBox\s*\[0 0 59[45]/.test(pdf.toString("latin1")), "it is printed on A4");

  await page.goto(incident);
  await page.locator('a.button[href^="/complaints/"]').click();
  await page.locator('select[name="step"]').selectOption("filed");
  await page.locator('select[name="to"]').selectOption("higher_commission");
  await page.locator('input[name="note"]').fill("No. 17, taken by the secretary");
  await page.locator('form[action*="/say"] button').click();
  await says(page, "answer due", "the complaint has a deadline");
  await page.goto(new URL("/complaints?lang=en", night.desk).href);
  await says(page, "to the commission above", "the register says to whom");

  await page.goto(new URL("/turnout?lang=en", night.desk).href);
  await page.locator(".chips a.jump").click();
  await says(page, "with a limit of", "a late jump shows its arithmetic");
  await page.locator('tbody th a[href^="/station"]').last().click();
  expect((await page.locator("#turnout svg[role=img]").count()) === 1, "the station's page draws the curve");
  await says(page, "with a limit of", "and says the same");
  await page.screenshot({ path: path.join(host.pictures, "station-late-jump.png"), fullPage: true });
  await context.close();
}
