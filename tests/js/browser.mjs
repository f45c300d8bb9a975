// Real Chromium, told what to do line by line. Its only argument is the path of the browser.
//
// A "phone" is one context with one page: its own storage, size and network. Things are found by role and visible name.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";
import { answerWith } from "./answers.mjs";

const require = createRequire(import.meta.url);
const axe = await readFile(require.resolve("axe-core/axe.min.js"), "utf8");

const PATIENCE = 15_000;

const browser = await chromium.launch({
  executablePath: process.argv[2],
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});

// Said apart from what the page has to do with, which then fails for want of a browser.
browser.on("disconnected", () => console.error("Chromium has ended"));

const phones = new Map();

class Phone {
  static async open({ width, height, dark, touch }) {
    const phone = new Phone();
    phone.context = await browser.newContext({
      viewport: { width, height },
      colorScheme: dark ? "dark" : "light",
      hasTouch: touch,
      isMobile: touch,
      deviceScaleFactor: touch ? 2 : 1,
      reducedMotion: "reduce",
      locale: "fr-BE",
    });
    phone.context.setDefaultTimeout(PATIENCE);
    phone.problems = [];
    phone.noted = (what, text) => phone.problems.push(`${what}: ${text}`);
    await phone.context.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) =>
        console.error(`security policy: ${event.violatedDirective} forbids ${event.blockedURI}`));
    });
    phone.context.on("weberror", (error) => phone.noted("uncaught", error.error().stack ?? error.error()));
    phone.context.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") {
        phone.noted(`console ${message.type()}`, `${message.text()} (${message.location().url})`);
      }
    });
    await phone.newPage();
    return phone;
  }

  /** A second tab of the same phone, under a name of its own. */
  static async beside(first) {
    const tab = Object.assign(new Phone(), { context: first.context, problems: first.problems, noted: first.noted });
    await tab.newPage();
    return tab;
  }

  async newPage() {
    this.page = await this.context.newPage();
    this.page.on("crash", () => this.noted("crash", this.page.url()));
    this.tools = await this.context.newCDPSession(this.page);
  }

  /** One thing on the page, by role and name or words in it, perhaps within another. */
  find({ role, name, exact = false, words, within, nth }) {
    const root = within ? this.find(within) : this.page;
    const named = root.getByRole(role, name === undefined ? {} : { name, exact });
    const all = words === undefined ? named : named.filter({ hasText: words });
    return nth === undefined ? all : all.nth(nth);
  }
}

function phone({ phone: name }) {
  const found = phones.get(name);
  if (!found) throw new Error(`there is no phone ${name}`);
  return found;
}

const handlers = {
  open: async ({ phone: name, ...form }) => { phones.set(name, await Phone.open(form)); },
  /** Opens another tab on a phone. */
  beside: async ({ phone: name, tab }) => { phones.set(tab, await Phone.beside(phone({ phone: name }))); },
  /** Closes a tab; the phone's others stay. */
  shut: async (of) => {
    await phone(of).page.close();
    phones.delete(of.phone);
  },
  /** Lets a tab believe that it is out of sight, or in sight again: here every tab has a window of its own. */
  hide: async ({ hidden, ...of }) => {
    await phone(of).page.evaluate((hidden) => {
      Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  },
  /** Runs a script in every page from the next one on, before the page's own. */
  prepare: async ({ script, ...of }) => { await phone(of).context.addInitScript({ content: script }); },
  /** Lets requests for paths that end so wait until they are let go. */
  hold: async ({ ending, ...of }) => {
    const holder = phone(of);
    const released = new Promise((resolve) => { holder.release = resolve; });
    await holder.context.route((url) => url.pathname.endsWith(ending), async (route) => {
      await released;
      await route.continue();
    });
  },
  release: (of) => { phone(of).release(); },
  goto: async ({ url, ...of }) => { await phone(of).page.goto(url, { waitUntil: "load" }); },
  reload: async (of) => { await phone(of).page.reload({ waitUntil: "load" }); },
  /** Closes the page and opens an empty one: a second visit. */
  leave: async (of) => {
    await phone(of).page.close();
    await phone(of).newPage();
  },
  url: (of) => phone(of).page.url(),
  tap: async ({ target, ...of }) => { await phone(of).find(target).click(); },
  /** Taps something that offers a file, and returns where the file was saved. */
  save: async ({ target, ...of }) => {
    const [offered] = await Promise.all([phone(of).page.waitForEvent("download"), phone(of).find(target).click()]);
    return await offered.path();
  },
  /** Chooses a file where one is asked for, by the words that ask. */
  choose: async ({ label, path, ...of }) => { await phone(of).page.getByLabel(label).setInputFiles(path); },
  fill: async ({ target, text, ...of }) => { await phone(of).find(target).fill(text); },
  /** Puts the caret in a field: at the end, or at a position in UTF-16 units. */
  caret: async ({ target, at, ...of }) => {
    const field = phone(of).find(target);
    await field.focus();
    await field.evaluate((node, at) => {
      const end = at ?? node.value.length;
      node.setSelectionRange(end, end);
    }, at);
  },
  /** Presses one key after the other where the caret is. */
  type: async ({ text, delay, ...of }) => { await phone(of).page.keyboard.type(text, { delay }); },
  press: async ({ key, ...of }) => { await phone(of).page.keyboard.press(key); },
  /** What a field holds. */
  value: async ({ target, ...of }) => await phone(of).find(target).inputValue(),
  selection: async ({ target, ...of }) =>
    await phone(of).find(target).evaluate((node) => [node.selectionStart, node.selectionEnd]),
  text: async ({ target, ...of }) => await phone(of).find(target).innerText(),
  /** How many such things are visible now; does not wait. */
  count: async ({ target, ...of }) => await phone(of).find(target).filter({ visible: true }).count(),
  /** Waits until such a thing is visible. */
  see: async ({ target, ...of }) => { await phone(of).find(target).first().waitFor({ state: "visible" }); },
  offline: async ({ offline, ...of }) => { await phone(of).context.setOffline(offline); },
  /** One command of the DevTools protocol. */
  devtools: async ({ method, parameters, ...of }) => await phone(of).tools.send(method, parameters),
  /** Evaluates an expression in the page. */
  evaluate: async ({ expression, ...of }) => await phone(of).page.evaluate(expression),
  resize: async ({ width, height, ...of }) => { await phone(of).page.setViewportSize({ width, height }); },
  dark: async ({ dark, ...of }) => { await phone(of).page.emulateMedia({ colorScheme: dark ? "dark" : "light" }); },
  screenshot: async ({ path, whole, ...of }) => { await phone(of).page.screenshot({ path, fullPage: whole }); },
  /** Everything axe-core finds wrong, one line a rule and element. */
  axe: async (of) => {
    const { page } = phone(of);
    await page.evaluate(axe);
    const found = await page.evaluate(() => window.axe.run(document, {
      resultTypes: ["violations"],
    }));
    return found.violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} (${help}) at ${target.join(" ")}: ${failureSummary}`));
  },
  /** How many pixels the page is wider than the screen, and what sticks out. */
  sideways: async (of) => await phone(of).page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const out = [...document.querySelectorAll("body *")].filter((node) => node.getBoundingClientRect().right > clientWidth + 0.5);
    const innermost = out.filter((node) => !out.some((other) => other !== node && node.contains(other)));
    const words = innermost.map((node) => `${node.tagName}.${node.className?.baseVal ?? node.className}: ${node.textContent.trim().slice(0, 60)}`);
    return [`${scrollWidth - clientWidth} px too wide`, ...words];
  }),
  /** Everything to press or write in that is smaller than this many pixels; a label counts with its control. */
  small: async ({ least, ...of }) => await phone(of).page.evaluate((least) => {
    const controls = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [role=button]")];
    const shown = controls.filter((node) => node.checkVisibility({ visibilityProperty: true }) && !node.matches(".skip-link"));
    return shown.flatMap((node) => {
      const { width, height } = (node.closest("label") ?? node).getBoundingClientRect();
      const name = node.getAttribute("aria-label") ?? node.textContent.trim().slice(0, 60);
      return Math.min(width, height) + 0.5 < least ? [`${node.tagName} ${name}: ${width.toFixed(1)} × ${height.toFixed(1)}`] : [];
    });
  }, least),
  /** Errors and warnings since the last time this was asked. */
  problems: (of) => phone(of).problems.splice(0),
  close: async (of) => {
    await phone(of).context.close();
    phones.delete(of.phone);
  },
};

answerWith(handlers, () => browser.close());
