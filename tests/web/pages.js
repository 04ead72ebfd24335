// Opens the pages in Chromium and compares them with the store. The one argument is a JSON object
// (pages_test.cc). With NETSMITH_SCREENSHOTS=FOLDER, pictures of all pages are left there to look at.
"use strict";
const { execFileSync, spawn } = require("node:child_process");
const { chromium } = require("playwright-core");

const task = JSON.parse(process.argv[2]);
const failures = [];
const expect = (what, found, expected) => {
  const same = typeof expected === "function" ? expected(found) : found === expected;
  if (!same) failures.push(`${what}: found ${JSON.stringify(found)}, expected ${typeof expected === "function" ? expected : JSON.stringify(expected)}`);
};
const stored = (command) => JSON.parse(execFileSync(command[0], command.slice(1)).toString().trim().split("\n").pop());
const number = (text) => Number(text.replaceAll(",", ""));
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

async function until(what, condition) {
  for (let i = 0; i < 100; ++i) {
    if (await condition()) return;
    await pause(100);
  }
  failures.push(`${what}: not within 10 seconds`);
}

async function open(browser, url, width, colorScheme) {
  const page = await (await browser.newContext({ viewport: { width, height: 900 }, colorScheme, reducedMotion: "reduce" })).newPage();
  page.on("console", (message) => failures.push(`${url} console: ${message.text()}`));
  page.on("pageerror", (error) => failures.push(`${url} error: ${error.message}`));
  page.on("request", (request) => {
    if (url.startsWith("file:") && !/^(file|data):/.test(request.url())) failures.push(`${url} asked for ${request.url()}`);
  });
  await page.goto(url);
  return page;
}

async function look(page, name, width) {
  expect(`${name}: wider than the screen`, await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), (x) => x <= 0);
  const folder = process.env.NETSMITH_SCREENSHOTS;
  if (folder) await page.screenshot({ path: `${folder}/${name}-${width}.png`, fullPage: true });
}

async function checkReport(browser) {
  const store = stored(task.show);
  for (const [width, scheme] of [[1280, "light"], [1280, "dark"], [390, "light"], [390, "dark"]]) {
    const page = await open(browser, "file://" + task.report, width, scheme);
    await look(page, `report-${scheme}`, width);
    expect("title", await page.textContent("h1"), task.name);
    expect("best reward", await page.textContent("#best-reward"), store.best.reward.toFixed(4));
    expect("best parameters", number(await page.textContent("#best-params")), (n) => n > 0);
    expect("trials", number(await page.textContent("#finished")), store.trials);
    expect("networks on the front", await page.locator("#front tbody tr").count(), store.front.length);
    expect("hypervolume", await page.textContent("#front p"), (text) => text.includes(store.hypervolume.toFixed(4)));
    expect("charts", await page.locator("svg.chart[role=img]").count(), (n) => n >= 3);
    expect("values that are no text", (await page.textContent("main")).includes("[object"), false);
    expect("lines above their chart", await page.evaluate(() =>
      [...document.querySelectorAll("svg.chart path")].filter((path) => path.getBBox().y < 0).length), 0);
    expect("a box for each layer", await page.locator("#found svg.drawing .box").count(), (n) => n >= 3);
    expect("charts whose upright axis has no name", await page.evaluate(() => [...document.querySelectorAll("svg.chart[role=img]")]
      .filter((chart) => ![...chart.querySelectorAll("text")].some((text) => text.getAttribute("y") === "13" && text.textContent)).length), 0);
    await checkWords(page, store);
    await checkStrategies(page);
    if (width === 1280 && scheme === "light") await checkTable(page, store);
    await page.context().close();
  }
  const paper = await open(browser, "file://" + task.report, 690, "light");  // A4 within its margins
  await paper.emulateMedia({ media: "print" });
  await look(paper, "report-print", 690);
  await paper.context().close();
}

/// A controller is called recurrent only where it is.
async function checkStrategies(page) {
  const text = (strategy, policy) => page.evaluate((options) => strategyText(options), { strategy, controller: policy && { policy } });
  for (const strategy of ["reinforce", "guided"]) {
    for (const policy of ["sequence", "state"]) {
      expect(`${strategy}, ${policy}`, await text(strategy, policy), (t) => t.startsWith("a recurrent controller, trained by REINFORCE"));
    }
    for (const policy of ["independent", undefined]) {
      expect(`${strategy}, ${policy}`, await text(strategy, policy), (t) => t.includes("trained by REINFORCE") && !t.includes("recurrent"));
    }
  }
  expect("random", await text("random"), "random search");
  expect("who proposed", await page.textContent("#asked"), (t) => t.includes("A controller with a softmax for each decision, trained by " +
    "REINFORCE and guided by Gaussian processes that predict rewards, proposed 120 of them, 4 at a time."));
}

/// One word for one thing, and shares that are shares.
async function checkWords(page, store) {
  expect("the found network", await page.textContent("#found"), (text) => text.includes(store.found.network) &&
    text.includes("Found: best on validation after full training, of the 2 that were trained") && text.includes("Best by reward"));
  expect("test accuracy of the found", await page.textContent("#found-test"), (100 * store.found.test).toFixed(2) + " %");
  expect("what is drawn", await page.textContent("#found figcaption"), "Drawing of the found network");
  expect("the compared ones", await page.locator("#compared tbody th").allTextContents(),
    (texts) => texts.filter((text) => text.startsWith("found")).length === 1 && texts.filter((text) => text.includes("best by reward")).length === 1);
  const shares = (await page.locator("#importance .share").allTextContents()).map(parseFloat);
  expect("shares of importance", shares, (list) => list.length > 3 && list.every((share) => share >= 0));
  expect("their sum", shares.reduce((a, b) => a + b, 0), (sum) => sum <= 101);  // rounded
  expect("the command", await page.textContent("#command"), (text) => text.includes(` --trials=${store.trials}`));
  expect("nothing to go on with", await page.locator("#resume").count(), 0);
}

async function checkTable(page, store) {
  const cell = (row, column) => page.textContent(`#trials tbody tr:nth-child(${row}) td:nth-child(${column})`);
  const rows = () => page.locator("#trials tbody tr").count();
  expect("rows of a page", await rows(), 50);
  await page.click("#trials th button:text('reward')");
  for (let i = 0; i < 5; ++i) {
    expect(`rank ${i + 1}`, number(await cell(i + 1, 1)), store.leaderboard[i].trial);
    expect(`reward of rank ${i + 1}`, await cell(i + 1, 2), store.leaderboard[i].reward.toFixed(4));
    expect(`parameters of rank ${i + 1}`, number(await cell(i + 1, 3)), store.leaderboard[i].params);
  }
  await page.selectOption("#state", "diverged");
  expect("diverged trials", await rows(), store.states.diverged);
  expect("a reason is text", await page.textContent("#trials tbody"), (text) => text.includes("<b>NaN</b> & more"));
  await page.selectOption("#state", "");
  await page.fill("#filter", store.best.network);
  await until("filter finds the best network", async () => (await rows()) < 50 && (await page.textContent("#trials tbody")).includes(store.best.network));
}

/// A picture of 8×8 whose bright quadrant is its class.
async function quadrantPicture(page, quadrant) {
  const data = await page.evaluate((q) => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 8;
    const context = canvas.getContext("2d");
    context.fillStyle = "#323232";
    context.fillRect(0, 0, 8, 8);
    context.fillStyle = "#aaaaaa";
    context.fillRect(4 * (q % 2), 4 * Math.floor(q / 2), 4, 4);
    return canvas.toDataURL("image/png").split(",")[1];
  }, quadrant);
  return { name: "q.png", mimeType: "image/png", buffer: Buffer.from(data, "base64") };
}

async function checkLive(browser) {
  const search = spawn(task.search[0], task.search.slice(1), { stdio: ["ignore", "ignore", "pipe"] });
  await new Promise((done) => { let text = ""; search.stderr.on("data", (part) => { text += part; if (text.includes("live [8/")) done(); }); });
  const server = spawn(task.serve[0], task.serve.slice(1), { stdio: ["ignore", "pipe", "ignore"] });
  try {
    const url = JSON.parse(await new Promise((done) => server.stdout.once("data", (part) => done(part.toString())))).url;
    const page = await open(browser, url, 1280, "dark");
    const count = async () => number((await page.textContent("#finished").catch(() => "0")) || "0");
    await until("a first view", async () => (await page.locator("#finished").count()) && (await count()) >= 8);
    const first = await count();
    await until("trials are filled in", async () => (await count()) > first + 4);
    expect("status", await page.textContent("#status"), "searching");
    for (const quadrant of [0, 3, 1, 2]) {
      await page.setInputFiles("#file", await quadrantPicture(page, quadrant));
      await until(`quadrant ${quadrant} is recognised`, async () => (await page.textContent("#answer")) === String(quadrant));
    }
    const pad = await page.locator("#pad").boundingBox();
    await page.click("#clear");
    await page.mouse.move(pad.x + 60, pad.y + 60);
    await page.mouse.down();
    await page.mouse.move(pad.x + 160, pad.y + 90, { steps: 5 });
    await page.mouse.up();
    await until("a drawing is answered", async () => /^[0-3]$/.test(await page.textContent("#answer")));
    await page.click("#pause");
    await until("paused", async () => (await page.textContent("#status")) === "paused");
    await page.click("#run");
    await until("continued", async () => (await page.textContent("#status")) === "searching");
    await page.click("#stop");
    await until("stopped", async () => (await page.textContent("#status")) === "stopped before its end");
    expect("how to go on", await page.textContent("#said"), (text) => text.includes("--resume"));
    const store = stored(task.show_live);
    await until("the page has all trials", async () => (await count()) === store.trials);
    await until("the command that goes on", async () => (await page.locator("#resume").count()) && (await page.textContent("#resume")).endsWith("--resume"));
    expect("nothing runs", await page.textContent("#asked"), (text) => !/[0-9] (running|waiting)/.test(text));
    expect("best reward, live", await page.textContent("#best-reward"), store.best.reward.toFixed(4));
    await look(page, "live-dark", 1280);
    const phone = await open(browser, url, 390, "light");
    await until("the phone has all trials", async () => (await phone.locator("#finished").count()) && number(await phone.textContent("#finished")) === store.trials);
    await phone.waitForSelector("#pad");
    await look(phone, "live-light", 390);
    for (const open of [page, phone]) await open.context().close();  // before their events end
  } finally {
    search.kill("SIGKILL");
    server.kill("SIGKILL");
  }
}

(async () => {
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  try {
    await checkReport(browser);
    await checkLive(browser);
  } catch (error) {
    failures.push(String(error.stack));
  }
  await browser.close();
  for (const failure of failures) console.log(failure);
  process.exit(failures.length ? 1 : 0);
})();
