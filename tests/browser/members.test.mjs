// What an author does from the letter on: look, correct, withdraw, appeal, and check a draft before.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { LIST, TRAINEES, address, arrived, deliveries, launch, open, open_post, ownLink, post, signIn } from "./desk.mjs";

let browser, ann, bob;
before(async () => {
  browser = await launch();
  [ann, bob] = [await open(browser), await open(browser)];
  await signIn(ann.page, "ann");
  await signIn(bob.page, "bob");
});
after(async () => {
  assert.deepEqual([...ann.faults, ...bob.faults], []);
  await browser.close();
});

// A stranger's browser at the page of a post that was just sent.
async function author(subject, options = {}, text = undefined, list = LIST) {
  const from = await post(subject, text, { list });
  const link = await ownLink(from);
  assert.ok(link, "the letter has a link");
  const visitor = await open(browser, options);
  await visitor.page.goto(link);
  return { ...visitor, from, link };
}

test("the link in the letter shows why, without a log-in and without the secret in the address", async () => {
  const { page, faults, link } = await author("Linked one");
  assert.match(page.url(), /\/mine\/[0-9a-f]{16}$/);
  assert.match(await page.innerText("h1"), /waiting for a moderator/);
  assert.match(await page.innerText("main"), /943 ••• ••19[\s\S]*How to put it right[\s\S]*Questions\?/);
  assert.ok(!(await page.content()).includes(link.split("/link/")[1]));
  assert.equal(await page.locator(".text mark").count(), 1);
  assert.deepEqual(faults, []);
});

for (const [how, options] of [["", {}], [" without JavaScript", { javaScriptEnabled: false }]]) {
  test(`a corrected post goes to the list as corrected, and only so${how}`, async () => {
    const subject = `Corrected one${how}`;
    const { page, faults, from } = await author(subject, options, undefined, TRAINEES);
    await page.click("text=Correct it");
    await page.fill("#text", "Could somebody look at it? The NHS number is 943 476 5919.");
    await page.click("text=Send the corrected post");
    await page.waitForSelector("text=This is still found");
    assert.match(await page.inputValue("#text"), /The NHS number is/);
    await page.fill("#text", "Could somebody look at a plan with me this week?");
    await page.click("button:text-is('Check it')");
    await page.waitForSelector("text=Nothing is found in this text");
    await page.click("text=Send the corrected post");
    await page.waitForSelector("text=your corrected post goes to the list");
    const there = await arrived([`to:${TRAINEES}`, `Subject: ${subject}`]);
    assert.match(there, /with me this week\?/);
    assert.doesNotMatch(there, /943/);
    assert.ok(await arrived([`to:${from}`, "Your corrected post has gone to the list"]));
    assert.equal(deliveries([`to:${TRAINEES}`, `Subject: ${subject}`]), 1);
    await page.reload();
    await page.waitForSelector("h1:has-text('has gone to the list')");
    assert.deepEqual(faults, []);
  });
}

test("a withdrawn post reaches nobody; undoing it brings it back", async () => {
  const { page, faults, from } = await author("Withdrawn one");
  await page.click("text=Withdraw it …");
  await page.check("#sure");
  await page.click("button:text-is('Withdraw it')");
  await page.waitForSelector("text=Your post is withdrawn.");
  await page.click("button:text-is('Undo')");
  await page.waitForSelector("text=Your post is waiting again.");
  await page.click("text=Withdraw it …");
  await page.check("#sure");
  await page.click("button:text-is('Withdraw it')");
  assert.ok(await arrived([`to:${from}`, "You have withdrawn your post"]), "the letter");
  await ann.page.goto(address + "/?q=Withdrawn+one");
  await ann.page.waitForSelector("text=No post matches");
  assert.equal(deliveries([`to:${LIST}`, "Subject: Withdrawn one"]), 0);
  assert.deepEqual(faults, []);
});

test("an appeal is decided by somebody else, and the post arrives", async () => {
  const { page, faults, from } = await author("Appealed one");
  await open_post(ann.page, "Appealed one");
  await ann.page.click("summary:has-text('Reject with a reason')");
  await ann.page.fill("#why", "It names a patient.");
  await ann.page.click("button:text-is('Reject')");
  await ann.page.waitForSelector("text=“Appealed one” is rejected.");
  const link = await ownLink(from, ["It names a patient."]);
  await page.goto(link);
  assert.match(await page.innerText("main"), /It names a patient\./);
  await page.click("main a:text-is('Ask a second person')");
  await page.fill("#why", "The number is the one of the documentation.");
  await page.click("main button");
  await page.waitForSelector("h1:has-text('Your appeal is waiting')");
  assert.ok(await arrived(["to:office@ipem.example", "The number is the one of the documentation."]), "who is asked");
  await open_post(ann.page, "Appealed one");
  await ann.page.waitForSelector("text=An appeal needs somebody else.");
  assert.equal(await ann.page.locator("text=Release to the list").count(), 0);
  await open_post(bob.page, "Appealed one");
  await bob.page.click("text=Release to the list");
  assert.ok(await arrived([`to:${LIST}`, "Subject: Appealed one"]));
  await page.reload();
  await page.waitForSelector("h1:has-text('has gone to the list')");
  assert.deepEqual(faults, []);
});

test("following the link, and every link behind it, changes nothing", async () => {
  const { page, link, context } = await author("Prefetched one");
  const mine = page.url();
  const cookie = (await context.cookies(mine)).map((one) => `${one.name}=${one.value}`).join("; ");
  for (let i = 0; i < 20; ++i) {
    for (const method of ["GET", "HEAD", "OPTIONS"]) {
      for (const target of [link, mine, ...["/withdraw?sure=yes", "/correct?text=x&do=send-anyway", "/appeal?why=x", "/undo"].map((act) => mine + act)]) {
        const reply = await fetch(target, { method, redirect: "manual", headers: i % 2 ? { cookie } : {} });
        await reply.arrayBuffer();
      }
    }
  }
  await page.reload();
  await page.waitForSelector("h1:has-text('waiting for a moderator')");
  assert.equal(await page.locator("ol.story li").count(), 1, "held, and nothing since");
});

test("a wrong link says what to do, and the right one opens no other post", async () => {
  const first = await author("Own one"), second = await author("Others one");
  const { page } = first;
  await page.goto(first.link.slice(0, -9));
  await page.waitForSelector("text=Copy the whole address from the letter");
  await page.goto(second.page.url());
  await page.waitForSelector("text=Please open the address in your letter");
  assert.doesNotMatch(await page.innerText("body"), /Others one/);
});

test("a draft is judged, and nothing of it is kept or sent", async () => {
  const { page, faults } = await open(browser);
  await page.goto(address + "/check");
  await page.selectOption("#list", LIST);
  await page.fill("#subject", "Draft one");
  await page.fill("#text", "The NHS number is 943 476 5919.");
  await page.click("main button");
  await page.waitForSelector("text=This would wait for a moderator");
  assert.equal(await page.locator(".text mark").textContent(), "943 ••• ••19");
  await page.fill("#text", "Has anybody used the new phantom with a small field?");
  await page.click("main button");
  await page.waitForSelector("text=Nothing was found");
  const from = await post("Draft by mail", undefined, { list: LIST.replace("@", "-check@") });
  assert.ok(await arrived([`to:${from}`, "Your draft for", "943 =E2=80=A2"]), "the answer to a draft that was mailed");
  assert.equal(deliveries(["Subject: Draft by mail"]), 0, "which goes nowhere");
  await ann.page.goto(address + "/?q=Draft");
  await ann.page.waitForSelector("text=No post matches");
  assert.deepEqual(faults, []);
});
