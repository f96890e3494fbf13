// What scanners of mail do with links, in a browser that runs scripts: they look at all of them, again and again.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { LIST, address, arrived, letterLinks, open, open_post, ownLink, post, quietStore, signIn, storeDigest, withAnn } from "./desk.mjs";

// How many links each scanner opens, and how often the forgetful one comes: `./dev links` has them go on.
const [MOST, TIMES] = process.env.DESK_MANY_LINKS ? [220, 8] : [50, 1];
let browser, ann;
before(async () => ({ browser, ann } = await withAnn()));
after(() => browser.close());

// The pages that a page links to, and the addresses of its forms as if they were links.
const addresses = (page) =>
  page.evaluate(() => [...[...document.links].map((link) => link.href),
    ...[...document.forms].map((form) => `${form.action}?${new URLSearchParams(new FormData(form))}`)]
    .map((one) => one.split("#")[0]).filter((one) => one.startsWith(location.origin + "/") && !one.includes("/assets/")));

// Opens one as a scanner does; what it leads to, when it is a page.
async function fetched(page, target) {
  try {
    await page.goto(target, { waitUntil: "load" });
  } catch (error) {
    assert.match(String(error), /Download is starting|ERR_ABORTED/, target);
    return [];
  }
  return addresses(page);
}

test("a browser with scripts that follows every link of letters and pages changes nothing", async () => {
  const waiting = await post("Scanned waiting"), rejected = await post("Scanned rejected");
  assert.ok(await ownLink(waiting));
  await open_post(ann.page, "Scanned rejected");
  await ann.page.click("summary:has-text('Reject with a reason')");
  await ann.page.fill("#why", "It names a patient.");
  await ann.page.click("button:text-is('Reject')");
  await ann.page.waitForSelector("text=is rejected");
  assert.ok(await ownLink(rejected, ["It names a patient."]));
  const drafted = await post("Scanned draft", undefined, { list: LIST.replace("@", "-check@") });
  assert.ok(await arrived([`to:${drafted}`, "Your draft for"]));
  await open_post(ann.page, "Scanned waiting");
  const target = ann.page.url().split("?")[0];
  const letters = letterLinks(["Scanned"]);
  assert.ok(letters.filter((link) => link.includes("/link/")).length >= 2, `authors' links: ${letters}`);
  assert.ok(letters.some((link) => link.startsWith(`${address}/posts/`)), `moderators' links: ${letters}`);
  const acts = ["", "/release", "/reject?why=x", "/discard", "/undo", "/claim", "/note?text=x", "/source"].map((act) => target + act);
  const before = await quietStore();

  let count = 0;
  const scan = async ({ page, faults }, starts, most) => {
    const seen = new Set(), next = [...starts];
    while (next.length > 0 && seen.size < most) {
      const one = next.shift();
      if (seen.has(one)) continue;
      seen.add(one);
      ++count;
      next.push(...(await fetched(page, one)));
    }
    assert.deepEqual(faults, []);
    return [...seen];
  };
  await scan(ann, [...letters, ...acts], MOST);
  // Somebody else's scanner: no cookie but those that links themselves set.
  const stranger = await open(browser);
  const seen = await scan(stranger, [...letters, ...acts, `${address}/check`], MOST);
  for (const act of ["/withdraw", "/correct", "/appeal"])
    assert.ok(seen.some((one) => one.includes("/mine/") && one.split("?")[0].endsWith(act)), `${act} was among them`);
  // And one that keeps nothing between two links.
  for (let i = 0; i < TIMES; ++i) {
    for (const link of letters) {
      const fresh = await open(browser);
      await fetched(fresh.page, link);
      ++count;
      await fresh.context.close();
    }
  }
  assert.ok(count >= MOST, `${count} fetches`);
  console.log(`${count} fetches by a browser with scripts, ${letters.length} links in letters`);
  assert.equal(storeDigest(), before);
  await stranger.context.close();
});

test("after signing out the back button shows nothing, and the browser keeps nothing", async () => {
  await post("Left behind");
  const { page, context, faults } = await open(browser);
  await page.goto(address + "/sign-in");
  assert.equal(await page.getAttribute("#password", "autocomplete"), "current-password");
  assert.equal(await page.evaluate(() => {
    const paste = new ClipboardEvent("paste", { bubbles: true, cancelable: true });
    return document.querySelector("#password").dispatchEvent(paste);
  }), true, "nothing keeps a password from being pasted");
  await signIn(page, "ann");
  await open_post(page, "Left behind");
  const kept = await page.evaluate(async () => [document.cookie.replace(/\b(language|keys)=\w+(; )?/g, ""), localStorage.length,
    sessionStorage.length, (await indexedDB.databases()).length, (await caches.keys?.().catch(() => []))?.length ?? 0]);
  assert.deepEqual(kept, ["", 0, 0, 0, 0], "no cookie that scripts read, no storage");
  const session = (await context.cookies()).find((one) => one.name === "session");
  assert.deepEqual([session.httpOnly, session.sameSite, session.path], [true, "Lax", "/"]);
  await page.click("button:has-text('Sign out')");
  await page.waitForURL(/\/sign-in/);
  await page.goBack();
  await page.waitForSelector("#password");
  assert.doesNotMatch(await page.content(), /Left behind/);
  assert.deepEqual(faults, []);
  await context.close();
});
