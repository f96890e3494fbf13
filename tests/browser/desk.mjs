// A browser at the desk, and the mail system behind it. SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { chromium } from "playwright-core";

export const { DESK_ADDRESS: address, DESK_MAIL_PORT: mailPort, DESK_DELIVERED: delivered } = process.env;
export const LIST = "medical-physics-engineering@lists.example.ac.uk";
export const TRAINEES = "trainees@lists.example.ac.uk";
export const PASSWORD = "four small words here";
export const SECRET = "Could somebody look at the plan of my patient, NHS number 943 476 5919?";

export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync"],
  });

// A page that notes what must not happen: console errors, requests to elsewhere, scripts from mail.
export async function open(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const faults = [];
  context.on("request", (request) => {
    if (!request.url().startsWith(address + "/")) faults.push(`request to ${request.url()}`);
  });
  const page = await context.newPage();
  // A refused form is an answer, not a fault; Chromium notes it as a failed resource.
  page.on("console", (message) => {
    if (message.type() === "error" && !/status of (403|404|409|410|422|429)/.test(message.text()))
      faults.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  return { context, page, faults };
}

export async function signIn(page, name) {
  await page.goto(address + "/sign-in");
  await page.fill("#name", name);
  await page.fill("#password", PASSWORD);
  await page.click("main button");
  await page.waitForSelector("nav");
}

// Waits for one reply of the server, all its lines.
function reply(socket) {
  return new Promise((done, fail) => {
    let text = "";
    const take = (bytes) => {
      text += bytes;
      if (/^\d{3} .*\r\n$/m.test(text)) {
        socket.off("data", take);
        text.startsWith("2") || text.startsWith("3") ? done(text) : fail(new Error(text));
      }
    };
    socket.on("data", take);
    socket.once("error", fail);
  });
}

// Sends one message through the real MTA.
export async function send(raw, { from = "ann@hospital.example", list = LIST } = {}) {
  const socket = net.connect(Number(mailPort), "127.0.0.1");
  await reply(socket);
  const body = Buffer.concat([Buffer.from(raw, "utf8"), Buffer.from("\r\n.\r\n")]);
  for (const line of ["EHLO test", `MAIL FROM:<${from}>`, `RCPT TO:<${list}>`, "DATA"]) {
    socket.write(line + "\r\n");
    await reply(socket);
  }
  socket.write(body);
  await reply(socket);
  socket.end("QUIT\r\n");
}

let count = 0;
export async function post(subject, text = SECRET, { list = LIST, from = `ann${process.pid}.${++count}@hospital.example` } = {}) {
  const id = `<${++count}.${Date.now()}@hospital.example>`;
  await send(`From: Ann Example <${from}>\r\nTo: ${list}\r\nSubject: ${subject}\r\nMessage-ID: ${id}\r\n\r\n${text}`,
    { from, list });
  return from;
}

// How many deliveries have all the words.
export const deliveries = (words) =>
  fs.readdirSync(delivered).filter((name) => {
    const text = fs.readFileSync(path.join(delivered, name), "utf8");
    return words.every((word) => text.includes(word));
  }).length;

// The first delivery whose text has all the words, or undefined.
export async function arrived(words, seconds = 15) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
    for (const name of fs.readdirSync(delivered)) {
      const text = fs.readFileSync(path.join(delivered, name), "utf8");
      if (words.every((word) => text.includes(word))) return text;
    }
    await new Promise((done) => setTimeout(done, 100));
  }
  return undefined;
}

// The newest link to the author's own page in the letters to an address.
export async function ownLink(author, words = [], seconds = 15) {
  const letter = await arrived([`to:${author}`, "/link/", ...words], seconds);
  return letter && letter.replace(/=\r?\n/g, "").match(/https?:\/\/[^\s]*\/link\/[0-9a-f]{64}/)[0];
}

// Every link to the desk in the letters that have all the words.
export const letterLinks = (words) => {
  const letters = fs.readdirSync(delivered).map((name) => fs.readFileSync(path.join(delivered, name), "utf8"))
    .filter((text) => words.every((word) => text.includes(word)));
  const links = letters.flatMap((text) => text.replace(/=\r?\n/g, "").replaceAll("=3D", "=").match(/https?:\/\/[^\s<>"]+/g) ?? []);
  return [...new Set(links)].filter((link) => link.startsWith(address + "/"));
};

// All that is in the store, as hashes.
export const storeDigest = () =>
  execFileSync("python3", [process.env.DESK_DIGEST, process.env.DESK_STORE], { encoding: "utf8" });

// The same once nothing is on its way any more.
export async function quietStore() {
  for (const end = Date.now() + 60000; Date.now() < end;) {
    const digest = storeDigest();
    await new Promise((done) => setTimeout(done, 5000));
    if (digest === storeDigest()) return digest;
  }
  throw new Error("the store is not at rest after a minute");
}

export const open_post = async (page, subject) => {
  await page.goto(address + "/?q=" + encodeURIComponent(subject));
  await page.click(".post h2 a");
  await page.waitForSelector("#decide");
};

// A browser in which the moderator Ann is signed in.
export async function withAnn() {
  const browser = await launch();
  const ann = await open(browser);
  await signIn(ann.page, "ann");
  return { browser, ann };
}
