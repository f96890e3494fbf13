// Every page: no accessibility violation (axe-core, WCAG 2.2 AA and best practice) light and wide,
// dark and on a phone; nothing wider than the screen at 320 px. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import AxeBuilder from "@axe-core/playwright";
import { PASSWORD, TRAINEES, address, launch, open, open_post, post, signIn } from "./desk.mjs";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
let browser;
before(async () => {
  browser = await launch();
  await post("Looked at", "Dear all,\r\n\r\nthe NHS number is 943 476 5919.\r\n\r\n> quoted\r\n\r\n-- \r\nAnn\r\n");
});
after(() => browser.close());

const check = async (page, what) => {
  const found = await new AxeBuilder({ page }).withTags(TAGS).analyze();
  const faults = found.violations.flatMap((one) => one.nodes.map((node) => `${what}: ${one.id} ${node.target} ${node.failureSummary}`));
  assert.deepEqual(faults, []);
  const { wide, screen } = await page.evaluate(() => ({ wide: document.documentElement.scrollWidth, screen: innerWidth }));
  assert.ok(wide <= screen, `${what} is ${wide} px wide on a screen of ${screen}`);
};

const visit = {
  "sign-in": (page) => page.goto(address + "/sign-in"),
  queue: (page) => page.goto(address + "/"),
  grouped: (page) => page.goto(address + "/?group=1&order=newest"),
  "empty search": (page) => page.goto(address + "/?q=nothing-like-it"),
  "empty list": (page) => page.goto(address + "/?list=" + TRAINEES),
  decided: (page) => page.goto(address + "/decided"),
  post: (page) => open_post(page, "Looked at"),
  "all open": async (page) => {
    await open_post(page, "Looked at");
    await page.evaluate(() => document.querySelectorAll("details").forEach((box) => (box.open = true)));
  },
  letter: async (page) => {
    await open_post(page, "Looked at");
    await page.click("summary:has-text('Reject with a reason')");
    await page.click("text=Show the whole letter");
    await page.waitForSelector("#letter");
  },
  mistake: async (page) => {
    await open_post(page, "Looked at");
    await page.click("summary:has-text('Reject with a reason')");
    await page.fill("#why", " ");
    await page.click("button:text-is('Reject')");
    await page.waitForSelector(".errors");
  },
  many: async (page) => {
    await page.goto(address + "/?q=Looked");
    await page.check(".post input[type=checkbox]");
    await page.click("button:has-text('Reject …')");
    await page.waitForSelector("#why");
  },
  "not found": (page) => page.goto(address + "/posts/0123456789abcdef"),
  report: (page) => page.goto(address + "/reports"),
  "report of a month": (page) => page.goto(address + "/reports?period=" + new Date().toISOString().slice(0, 7)),
  "report of nothing": (page) => page.goto(address + "/reports?period=2020-01"),
  counted: (page) => page.goto(address + "/decided?outcome=any&from=2026-01-01&until=2099-01-01&rule=confidentiality/nhs-number"),
  keys: (page) => page.goto(address + "/keys"),
  accessibility: (page) => page.goto(address + "/accessibility"),
};

for (const [size, colorScheme, viewport] of [["wide", "light", { width: 1280, height: 900 }], ["phone", "dark", { width: 320, height: 700 }]]) {
  test(`no violation on any page, ${colorScheme}, ${size}`, async () => {
    const stranger = await open(browser, { colorScheme, viewport });
    await visit["sign-in"](stranger.page);
    await check(stranger.page, "sign-in");
    await stranger.page.fill("#name", "nobody");
    await stranger.page.fill("#password", PASSWORD);
    await stranger.page.click("main button");
    await check(stranger.page, "sign-in refused");
    await stranger.context.close();
    const { context, page, faults } = await open(browser, { colorScheme, viewport });
    await signIn(page, "ann");
    for (const [name, go] of Object.entries(visit)) {
      await go(page);
      await check(page, name);
    }
    assert.deepEqual(faults, []);
    await context.close();
  });
}

test("every page speaks Welsh when it is chosen", async () => {
  const { context, page } = await open(browser);
  await signIn(page, "ann");
  await page.click("text=Cymraeg");
  await page.waitForSelector("html[lang=cy]");
  for (const name of ["queue", "decided", "report", "counted", "keys", "accessibility"]) {
    await visit[name](page);
    assert.equal(await page.getAttribute("html", "lang"), "cy", name);
    const said = await page.locator("main h1, main label, main button, main th[scope=col], main p:not(.from, .when)").allInnerTexts();
    assert.doesNotMatch(said.join("\n"), /\b(the|and|with)\b/, name);
  }
  await context.close();
});
