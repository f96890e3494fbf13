// What a moderator does from sign-in to the letter that arrives, by mouse, by keyboard and without JavaScript.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { LIST, address, arrived, open, open_post, post, signIn, withAnn } from "./desk.mjs";

let browser, ann;
before(async () => ({ browser, ann } = await withAnn()));
after(async () => {
  assert.deepEqual(ann.faults, []);
  await browser.close();
});

test("a released post arrives at the list, and its author is told", async () => {
  const author = await post("Released one");
  await open_post(ann.page, "Released one");
  assert.equal(await ann.page.locator(".text mark").first().textContent(), "943 ••• ••19");
  await ann.page.click("text=Release to the list");
  await ann.page.waitForSelector("text=“Released one” is released.");
  assert.ok(await arrived([`to:${LIST}`, "Subject: Released one"]), "at the list");
  assert.ok(await arrived([`to:${author}`, "Your post has gone to the list"]), "the letter");
});

test("a rejected post comes back with the letter as the moderator changed it", async () => {
  const author = await post("Rejected one");
  await open_post(ann.page, "Rejected one");
  await ann.page.click("summary:has-text('Reject with a reason')");
  await ann.page.fill("#why", "It names a patient.");
  await ann.page.click("text=Show the whole letter");
  const letter = await ann.page.inputValue("#letter");
  assert.match(letter, /The moderator writes:\s+It names a patient\./);
  await ann.page.fill("#letter", letter + "\nWarm regards, the moderators");
  await ann.page.click("button:text-is('Reject')");
  await ann.page.waitForSelector("text=“Rejected one” is rejected.");
  assert.ok(await arrived([`to:${author}`, "It names a patient.", "Warm regards, the moderators"]));
  assert.equal(await arrived([`to:${LIST}`, "Subject: Rejected one"], 1), undefined, "not at the list");
});

test("an undone decision lets nothing leave", async () => {
  const author = await post("Undone one");
  await open_post(ann.page, "Undone one");
  await ann.page.click("text=Release to the list");
  await ann.page.click("button:has-text('Undo')");
  await ann.page.waitForSelector("text=Undone: “Undone one” is waiting again.");
  assert.equal(await arrived([`to:${LIST}`, "Subject: Undone one"], 4), undefined);
  assert.equal(await arrived([`to:${author}`, "has gone to the list"], 0.2), undefined);
  await open_post(ann.page, "Undone one");
  await ann.page.click("summary:has-text('Discard')");
  await ann.page.click("text=Discard without a letter");
  await ann.page.waitForSelector("text=is discarded");
});

test("a form with a mistake says what and where, and keeps nothing", async () => {
  await post("Mistaken one");
  await open_post(ann.page, "Mistaken one");
  await ann.page.click("summary:has-text('Reject with a reason')");
  await ann.page.fill("#why", "   ");
  await ann.page.click("button:text-is('Reject')");
  await ann.page.waitForSelector(".errors");
  assert.match(await ann.page.title(), /^There is a problem/);
  assert.equal(await ann.page.evaluate(() => document.activeElement.className), "errors", "read out at once");
  await ann.page.click(".errors a");
  assert.equal(await ann.page.evaluate(() => document.activeElement.id), "why");
});

test("twenty posts need at most sixty presses of a key", async () => {
  for (let i = 0; i < 20; ++i) await post(`Many ${i}`);
  await ann.page.goto(address + "/?q=Many");
  let presses = 0;
  const press = (key) => (++presses, ann.page.keyboard.press(key));
  await press("j");
  await Promise.all([ann.page.waitForURL(/\/posts\//), press("Enter")]);
  for (let i = 0; i < 20; ++i) {
    const before_url = ann.page.url();
    await press("a");
    await ann.page.waitForURL((url) => String(url) !== before_url);
    await ann.page.waitForLoadState("load");
  }
  await ann.page.goto(address + "/?q=Many");
  await ann.page.waitForSelector("text=No post matches");
  assert.ok(presses <= 60, `${presses} presses`);
});

test("keys rest while somebody writes, and when they are switched off", async () => {
  await post("Quiet keys");
  await open_post(ann.page, "Quiet keys");
  await ann.page.focus("#note");
  await ann.page.keyboard.type("a rud");
  assert.equal(await ann.page.inputValue("#note"), "a rud");
  await ann.page.goto(address + "/keys");
  await ann.page.click("text=Switch them off");
  await open_post(ann.page, "Quiet keys");
  await ann.page.keyboard.press("a");
  await ann.page.waitForTimeout(300);
  await ann.page.waitForSelector("text=Waiting for a decision");
  await ann.page.goto(address + "/keys");
  await ann.page.click("text=Switch them on");
});

test("an open queue shows what a colleague decides", async () => {
  await post("Seen by two");
  await ann.page.goto(address + "/?q=Seen");
  const bob = await open(browser);
  await signIn(bob.page, "bob");
  await ann.page.waitForTimeout(300);
  await open_post(bob.page, "Seen by two");
  await bob.page.click("text=Release to the list");
  await ann.page.waitForSelector(".post.gone >> text=by bob", { timeout: 12000 });
  await ann.page.waitForSelector("text=The queue has changed");
  assert.deepEqual(bob.faults, []);
  await bob.context.close();
});

test("everything works without JavaScript", async () => {
  const plain = await open(browser, { javaScriptEnabled: false });
  await signIn(plain.page, "ann");
  const author = await post("Plain one");
  await open_post(plain.page, "Plain one");
  await plain.page.click("summary:has-text('Reject with a reason')");
  await plain.page.click("label:has-text('Respecting privacy')");
  await plain.page.fill("#why", "Plainly not.");
  await plain.page.click("button:text-is('Reject')");
  await plain.page.waitForSelector("text=“Plain one” is rejected.");
  assert.ok(await arrived([`to:${author}`, "Plainly not."]));
  await post("Plain two");
  await plain.page.goto(address + "/?q=Plain+two");
  await plain.page.check(".post input[type=checkbox]");
  await plain.page.click("button:text-is('Release')");
  await plain.page.click("text=Release them");
  await plain.page.waitForSelector("text=1 of 1 posts decided.");
  await plain.context.close();
});
