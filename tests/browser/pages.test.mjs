// Every page: no accessibility violation (axe-core, WCAG 2.2 AA and best practice) light and wide,
// dark and on a phone; nothing wider than the screen at 320 px. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import AxeBuilder from "@axe-core/playwright";
import { LIST, PASSWORD, TRAINEES, address, launch, open, open_post, ownLink, post, signIn } from "./desk.mjs";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
let browser, own, rejected;
before(async () => {
  browser = await launch();
  rejected = await ownLink(await post("Rejected and looked at"));
  const { context, page } = await open(browser);
  await signIn(page, "ann");
  await open_post(page, "Rejected and looked at");
  await page.click("summary:has-text('Reject with a reason')");
  await page.fill("#why", "It names a patient.");
  await page.click("button:text-is('Reject')");
  await context.close();
  const author = await post("Looked at", "Dear all,\r\n\r\nthe NHS number is 943 476 5919.\r\n\r\n> quoted\r\n\r\n-- \r\nAnn\r\n");
  own = await ownLink(author);
});
after(() => browser.close());

const check = async (page, what) => {
  const found = await new AxeBuilder({ page }).withTags(TAGS).setLegacyMode(true).analyze();
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

// What authors and strangers see, who have no account.
const asked = (link, act) => async (page) => {
  await page.goto(link());
  await page.click(`main a[href$='/${act}']`);
};
const theirs = {
  "own post": (page) => page.goto(own),
  correct: asked(() => own, "correct"),
  "still found": async (page) => {
    await theirs.correct(page);
    await page.click("button[value=check]");
    await page.waitForSelector("button[value=send-anyway]");
    await page.evaluate(() => document.querySelectorAll("details").forEach((box) => (box.open = true)));
  },
  "nothing found": async (page) => {
    await theirs.correct(page);
    await page.fill("#text", "Has anybody a phantom to lend?");
    await page.click("button[value=check]");
    await page.waitForSelector(".notice.good");
  },
  "no text": async (page) => {
    await theirs.correct(page);
    await page.fill("#text", " ");
    await page.click("button[value=check]");
    await page.waitForSelector(".errors");
  },
  withdraw: asked(() => own, "withdraw"),
  "rejected post": async (page) => {
    await page.goto(rejected);
    await page.waitForSelector("main a[href$='/appeal']");
  },
  appeal: asked(() => rejected, "appeal"),
  "too late": async (page) => {
    await theirs["rejected post"](page);
    await page.goto(page.url() + "/withdraw");
  },
  "wrong link": (page) => page.goto(address + "/link/0123"),
  check: (page) => page.goto(address + "/check"),
  "check held": async (page) => {
    await theirs.check(page);
    await page.selectOption("#list", LIST);
    await page.fill("#text", "The NHS number is 943 476 5919.");
    await page.click("main button");
    await page.waitForSelector(".finding");
  },
};

test("a rejection is told once it cannot be undone", async () => {
  const { context, page } = await open(browser);
  for (const end = Date.now() + 10000; Date.now() < end;) {
    await page.goto(rejected);
    if (await page.locator("main a[href$='/appeal']").count()) break;
    await new Promise((done) => setTimeout(done, 500));
  }
  await theirs["rejected post"](page);
  await context.close();
});

for (const [size, colorScheme, viewport] of [["wide", "light", { width: 1280, height: 900 }], ["phone", "dark", { width: 320, height: 700 }]]) {
  test(`no violation on any page, ${colorScheme}, ${size}`, async () => {
    const stranger = await open(browser, { colorScheme, viewport });
    await visit["sign-in"](stranger.page);
    await check(stranger.page, "sign-in");
    await stranger.page.fill("#name", "nobody");
    await stranger.page.fill("#password", PASSWORD);
    await stranger.page.click("main button");
    await check(stranger.page, "sign-in refused");
    for (const [name, go] of Object.entries(theirs)) {
      await go(stranger.page);
      await check(stranger.page, name);
    }
    assert.deepEqual(stranger.faults, []);
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
  for (const name of ["queue", "post", "all open", "decided", "report", "counted", "keys", "accessibility"]) {
    await visit[name](page);
    assert.equal(await page.getAttribute("html", "lang"), "cy", name);
    const said = await page.locator("main h1, main label, main button, main th[scope=col], main p:not(.from, .when)").allInnerTexts();
    assert.doesNotMatch(said.join("\n"), /\b(the|and|with)\b/, name);
  }
  for (const name of ["own post", "correct", "withdraw", "rejected post", "appeal", "too late", "wrong link", "check"]) {
    await theirs[name](page);
    assert.equal(await page.getAttribute("html", "lang"), "cy", name);
    const said = await page.locator("main h1, main h2, main h3, main label, main button, main .button, main .hint, main .next, main .story").allInnerTexts();
    assert.doesNotMatch(said.join("\n"), /\b(the|and|with)\b/, name);
  }
  await context.close();
});
