// What owners and the office see, and what stands behind each number. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { address, open, open_post, post, signIn, withAnn } from "./desk.mjs";

let browser, ann;
before(async () => {
  ({ browser, ann } = await withAnn());
  await post("Reported one");
  await post("Reported two");
  await open_post(ann.page, "Reported one");
  await ann.page.click("text=Release to the list");
  await ann.page.waitForSelector("text=“Reported one” is released.");
});
after(async () => {
  assert.deepEqual(ann.faults, []);
  await browser.close();
});

const counted = (page) => page.innerText(".bulk .count");

test("a number of the table and a part of a bar lead to the posts they count", async () => {
  for (const [section, kind] of [["lists", "released"], ["rules", "waiting"]]) {
    await ann.page.goto(address + "/reports");
    const link = ann.page.locator(`section[aria-labelledby=${section}] td a[href*="outcome=${kind}"]`).first();
    const number = await link.innerText();
    await link.click();
    assert.match(await counted(ann.page), new RegExp(`of ${number}$`), section);
    await ann.page.goBack();
    const part = ann.page.locator(`section[aria-labelledby=${section}] .chart a[href*="outcome=${kind}"]`).first();
    assert.match(await part.getAttribute("aria-label"), new RegExp(`: ${number}$`));
    await part.click();
    assert.match(await counted(ann.page), new RegExp(`of ${number}$`), `${section}, bar`);
  }
});

test("bars are no stops of the tab key, since the table has the same links", async () => {
  await ann.page.goto(address + "/reports");
  assert.equal(await ann.page.locator(".chart a:not([tabindex='-1'])").count(), 0);
  assert.ok((await ann.page.locator(".figures a").count()) > 4);
});

test("the CSV has the numbers of the page", async () => {
  await ann.page.goto(address + "/reports");
  const held = await ann.page.innerText(".tiles dd >> nth=0");
  const href = await ann.page.getAttribute("a:text-is('Download as CSV')", "href");
  const [type, text] = await ann.page.evaluate(async (path) => {
    const reply = await fetch(path);
    return [reply.headers.get("content-type"), await reply.text()];
  }, href);
  assert.equal(type, "text/csv; charset=utf-8");
  assert.ok(text.split("\r\n")[1].startsWith(`all,"",${held},`), text.slice(0, 200));
});

test("on paper there are plots and tables, and no forms", async () => {
  await ann.page.goto(address + "/reports?period=" + new Date().toISOString().slice(0, 7));
  await ann.page.emulateMedia({ media: "print" });
  assert.equal(await ann.page.locator(".sift").isVisible(), false);
  assert.equal(await ann.page.locator(".bar").isVisible(), false);
  assert.ok(await ann.page.locator(".chart svg").first().isVisible());
  assert.ok((await ann.page.pdf({ format: "A4" })).length > 10000);
  await ann.page.emulateMedia({ media: null });
});

test("who only moderates has no reports", async () => {
  const bob = await open(browser);
  await signIn(bob.page, "bob");
  assert.equal(await bob.page.locator("nav a[href='/reports']").count(), 0);
  await bob.page.goto(address + "/reports");
  await bob.page.waitForSelector("text=Your account may not do that");
  assert.deepEqual(bob.faults, []);
  await bob.context.close();
});
