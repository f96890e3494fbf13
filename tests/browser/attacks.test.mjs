// What mail, forms and other sites could do to a moderator's browser. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { LIST, PASSWORD, address, arrived, deliveries, open, open_post, ownLink, post, send, withAnn } from "./desk.mjs";

// Each sets a mark when it runs.
const RUN = "window.__xss=1";
const PAYLOADS = [
  `<script>${RUN}</script>`, `"><script>${RUN}</script>`, `'><script>${RUN}</script>`, `</title><script>${RUN}</script>`,
  `</textarea><script>${RUN}</script>`, `</pre><script>${RUN}</script>`, `</details><script>${RUN}</script>`,
  `<img src=x onerror=${RUN}>`, `"><img src=x onerror="${RUN}">`, `<svg onload=${RUN}>`, `<svg><script>${RUN}</script></svg>`,
  `<body onload=${RUN}>`, `<iframe srcdoc="<script>parent.${RUN}</script>">`, `<iframe src="javascript:parent.${RUN}">`,
  `<a href="javascript:${RUN}" autofocus onfocus=${RUN}>x</a>`, `<input autofocus onfocus=${RUN}>`, `" autofocus onfocus="${RUN}`,
  `' onmouseover='${RUN}`, `<details open ontoggle=${RUN}>`, `<video><source onerror=${RUN}>`, `<math><mtext></mtext><script>${RUN}</script></math>`,
  `<object data="javascript:${RUN}">`, `<embed src="javascript:${RUN}">`, `<meta http-equiv=refresh content="0;url=javascript:${RUN}">`,
  `<base href="https://evil.example/">`, `<link rel=stylesheet href="https://evil.example/x.css">`, `<style>@import "https://evil.example/x"</style>`,
  `<form action="https://evil.example"><button>x</button></form>`, `javascript:${RUN}`, `data:text/html,<script>${RUN}</script>`,
  `{{{raw}}}{{&raw}}`, `\${${RUN}}`, `<!--><script>${RUN}</script>-->`, `<![CDATA[><script>${RUN}</script>]]>`, `<scr<script>ipt>${RUN}</script>`,
  `%3Cscript%3E${RUN}%3C/script%3E`, `&lt;script&gt;${RUN}&lt;/script&gt;`, `\u2028<script>${RUN}</script>`, `+ADw-script+AD4-${RUN}+ADw-/script+AD4-`,
  `<noscript><p title="</noscript><img src=x onerror=${RUN}>">`,
];
const word = (text) => `=?utf-8?B?${Buffer.from(text).toString("base64")}?=`;
const token = (text) => text.replace(/[^\x21-\x7e]/g, "").replace(/["\\]/g, "'");

// Twenty fields of one message, each with the payload.
function attack(payload, number, isList = number % 8) {
  const inside = token(payload);
  return [
    `From: ${word(payload)} <xss${number}@hospital.example>`, `To: ${word(payload)} <${LIST}>`, `Cc: ${word(payload)} <x@y.example>`,
    `Subject: ${word("X" + number + " 943 476 5919 " + payload)}`, `Message-ID: <${inside.replace(/[<>@ ]/g, "")}${number}@x.example>`,
    `In-Reply-To: <${inside}>`, `References: <${inside}>`, `Date: ${inside}`, `Reply-To: ${word(payload)} <r@y.example>`,
    `X-Mailer: ${inside}`, `${isList ? "List-Id" : "X-List"}: ${inside}`, `X-${inside.replace(/[^!-9;-~]/g, "")}: ${inside}`, `Organization: ${word(payload)}`,
    `Comments: ${inside}`, "MIME-Version: 1.0", 'Content-Type: multipart/mixed; boundary="b"', "",
    "--b", `Content-Type: text/plain; charset="${inside}"`, "", `NHS number 943 476 5919 ${payload}`, "",
    "--b", "Content-Type: text/html; charset=utf-8", "", `<p>${payload}</p><p>NHS number 943 476 5919</p>`, "",
    "--b", `Content-Type: application/${inside}; name="${inside}"`, `Content-Disposition: attachment; filename="${inside}"`, `Content-Description: ${inside}`, "", "x",
    "--b--", "",
  ].join("\r\n");
}

let browser, ann;
before(async () => ({ browser, ann } = await withAnn()));
after(() => browser.close());

const quiet = async (page, what) => {
  assert.equal(await page.evaluate(() => window.__xss), undefined, what);
  assert.equal(await page.evaluate(() => document.querySelectorAll("iframe,object,embed,base,style,main script,[onload],[onerror],[onfocus]").length), 0, what);
};

test("nothing that mail carries runs, or breaks a page", async () => {
  assert.equal(PAYLOADS.length, 40);
  for (const [number, payload] of PAYLOADS.entries())
    await send(attack(payload, number), { from: `xss${number}@hospital.example` });
  for (const order of ["oldest", "newest", "author", "subject"]) {
    await ann.page.goto(`${address}/?q=943&order=${order}`);
    await quiet(ann.page, `queue by ${order}`);
  }
  const links = await ann.page.$$eval(".post h2 a", (found) => found.map((link) => link.href));
  assert.ok(links.length >= 40, `${links.length} posts are held`);
  for (const [number, link] of links.entries()) {
    await ann.page.goto(link + (link.includes("?") ? "&" : "?") + "show=words");
    await quiet(ann.page, link);
    const payload = PAYLOADS[number % PAYLOADS.length];
    if (number % 4 !== 0) continue;
    await ann.page.fill("#note", payload);
    await ann.page.click("text=Save the note");
    await quiet(ann.page, "note");
    await ann.page.click("summary:has-text('Reject with a reason')");
    await ann.page.fill("#why", payload + " reason");
    await ann.page.click("text=Show the whole letter");
    await ann.page.waitForSelector("#letter, p:has-text('No letter will go out')");
    await quiet(ann.page, "letter");
    await ann.page.click("button:text-is('Reject')");
    await ann.page.waitForSelector("text=is rejected");
    await quiet(ann.page, "rejected");
  }
  for (const path of ["/decided?q=943", "/reports", "/decided?outcome=any&from=2026-01-01&until=2099-01-01&q=943"]) {
    await ann.page.goto(address + path);
    await quiet(ann.page, path);
  }
  assert.deepEqual(ann.faults, [], "no console error, no Content-Security-Policy report, no request elsewhere");
});

test("nothing that mail carries runs on its author's pages, nor what authors write there", async () => {
  assert.equal(PAYLOADS.length, 40);
  for (const [number, payload] of PAYLOADS.entries())
    await send(attack(payload, `own${number}`, false), { from: `xssown${number}@hospital.example` });
  const { page, faults, context } = await open(browser);
  let opened = 0;
  for (const [number, payload] of PAYLOADS.entries()) {
    const link = await ownLink(`xssown${number}@hospital.example`, [], 10);
    if (!link) continue;
    ++opened;
    await page.goto(link);
    await quiet(page, `own post ${number}`);
    for (const act of ["/withdraw", "/correct", `/correct?said=${encodeURIComponent(payload)}`]) {
      await page.goto(link);
      await page.goto(page.url() + act);
      await quiet(page, `${act} ${number}`);
    }
    await page.fill("#subject", payload);
    await page.fill("#text", `NHS number 943 476 5919 ${payload}`);
    await page.click("button[value=check]");
    await page.waitForSelector("button[value=send-anyway]");
    await quiet(page, `judged ${number}`);
    await page.click("button[value=send-anyway]");
    await page.waitForSelector("#status .notice.good");
    await quiet(page, `corrected ${number}`);
  }
  assert.equal(opened, 40, "every author had a letter");
  for (const payload of PAYLOADS) {
    await page.goto(`${address}/check?list=${encodeURIComponent(payload)}`);
    await page.fill("#subject", payload);
    await page.fill("#text", payload);
    await page.click("main button");
    await page.waitForSelector(".found, .errors");
    await quiet(page, `draft ${payload}`);
    await page.goto(`${address}/link/${encodeURIComponent(payload)}`);
    await quiet(page, `link ${payload}`);
  }
  assert.deepEqual(faults, []);
  await context.close();
});

test("nothing that an address carries runs", async () => {
  for (const payload of PAYLOADS) {
    const value = encodeURIComponent(payload);
    for (const path of [`/?q=${value}&list=${value}&filter=${value}&order=${value}&similar=${value}&page=${value}`,
      `/reports?period=${value}&list=${value}`, `/decided?outcome=any&rule=${value}&from=${value}&until=${value}`,
      `/decided?outcome=${value}&from=2026-01-01&until=2099-01-01&rule=${value}`, `/?said=forward&who=${value}`, `/?said=bulk&n=${value}&of=${value}`, `/sign-in?next=${value}`, `/${value}`]) {
      await ann.page.goto(address + path);
      await quiet(ann.page, path);
    }
  }
  assert.deepEqual(ann.faults, []);
});

test("no other site can press a button", async () => {
  await post("Forged form");
  await open_post(ann.page, "Forged form");
  const target = ann.page.url().split("?")[0];
  const evil = await ann.context.newPage();
  await evil.route("https://evil.example/*", (route) => route.fulfill({ contentType: "text/html",
    body: `<form method=post action="${target}/release"><input name=revision value=0><input name=form-token value=x></form>` }));
  await evil.goto("https://evil.example/x").catch(() => {});
  await evil.evaluate(() => document.forms[0].submit());
  await evil.waitForURL(/\/release$/);
  assert.match(await evil.innerText("body"), /This was not done|Sign in/);
  await evil.close();
  ann.faults.length = 0;
  await open_post(ann.page, "Forged form");
  await ann.page.waitForSelector("text=Waiting for a decision");
});

test("following links changes nothing", async () => {
  await post("Followed");
  await open_post(ann.page, "Followed");
  const target = ann.page.url().split("?")[0];
  const cookie = (await ann.context.cookies()).map((one) => `${one.name}=${one.value}`).join("; ");
  for (let i = 0; i < 40; ++i) {
    for (const method of ["GET", "HEAD", "OPTIONS"]) {
      for (const act of ["", "/release", "/reject?why=x", "/discard", "/undo", "/claim", "/note?text=x", "/source"]) {
        const reply = await fetch(target + act, { method, redirect: "manual", headers: i % 2 ? { cookie } : {} });
        await reply.arrayBuffer();
      }
    }
  }
  await open_post(ann.page, "Followed");
  await ann.page.waitForSelector("text=Waiting for a decision");
  assert.equal(await ann.page.locator("ol.story li").count(), 1, "held, and nothing since");
});

// A session without a browser: cookie and form token.
async function session(name) {
  const jar = {};
  const ask = async (path, form) => {
    const reply = await fetch(address + path, { method: form ? "POST" : "GET", redirect: "manual",
      headers: { cookie: Object.entries(jar).map(([k, v]) => `${k}=${v}`).join("; "), "content-type": "application/x-www-form-urlencoded" },
      body: form && new URLSearchParams(form) });
    for (const line of reply.headers.getSetCookie()) jar[line.split("=")[0]] = line.split("=").slice(1).join("=").split(";")[0];
    return { status: reply.status, text: await reply.text() };
  };
  const token = (text) => text.match(/name="form-token" value="([^"]*)"/)[1];
  await ask("/sign-in", { "form-token": token((await ask("/sign-in")).text), name, password: PASSWORD, next: "/" });
  const mine = token((await ask("/keys")).text);
  return { ask: (path, form) => ask(path, form && { "form-token": mine, ...form }) };
}

test("of two moderators one wins, the other hears who was first, and the post goes out once", async () => {
  const races = Number(process.env.DESK_RACES || 1000);
  const people = [await session("ann"), await session("bob")];
  await post("Race of two");
  const id = (await people[0].ask("/?q=Race+of+two")).text.match(/data-id="([0-9a-f]+)" data-revision/)[1];
  let revision = 0;
  for (let i = 0; i < races; ++i) {
    const acts = i % 2 ? ["release", "reject"] : ["discard", "release"];
    const replies = await Promise.all(people.map((who, n) => who.ask(`/posts/${id}/${acts[n]}`, { revision, why: "No" })));
    assert.deepEqual(replies.map((one) => one.status).sort(), [303, 409], `race ${i}`);
    const winner = replies[0].status === 303 ? "ann" : "bob";
    assert.match(replies.find((one) => one.status === 409).text, new RegExp(`by ${winner}, `));
    const back = await people[i % 2].ask(`/posts/${id}/undo`, { revision: revision + 1 });
    assert.equal(back.status, 303, `undo ${i}: the time was up`);
    revision += 2;
  }
  const last = await Promise.all(people.map((who) => who.ask(`/posts/${id}/release`, { revision })));
  assert.deepEqual(last.map((one) => one.status).sort(), [303, 409]);
  assert.ok(await arrived([`to:${LIST}`, "Subject: Race of two"]));
  await new Promise((done) => setTimeout(done, 2000));
  assert.equal(deliveries([`to:${LIST}`, "Subject: Race of two"]), 1);
});
