// Looks at the pages of a release in Chromium: accessibility by axe-core, requests to other hosts, width at 320 px, the
// language asked for, and the sizes of pages, charts and site.
//
//   npm install --prefix target/pages playwright-core@1.65 axe-core@4.14
//   node tests/accessibility.mjs data/current/site [page ..]
//
// Without pages it takes one of each kind. Chromium is taken from CHROMIUM, else /usr/bin/chromium.
import { existsSync, readFileSync, readdirSync, realpathSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

const modules = createRequire(pathToFileURL(resolve(process.env.MODULES ?? "target/pages/node_modules", "x")));
const { chromium } = modules("playwright-core");
const axe = modules("axe-core").source;

const [folder, ...asked] = process.argv.slice(2);
if (!folder || !existsSync(join(folder, "index.html"))) {
  console.error("usage: node tests/accessibility.mjs RELEASE/site [page ..]");
  process.exit(2);
}
const site = realpathSync(folder);
const first = (kind) => readdirSync(join(site, kind)).filter((name) => name.endsWith(".html")).slice(0, 2).map((name) => `${kind}/${name}`);
const common = ["target/2.1.html", "target/1.2.html", "target/2.2.gender.html", "group/WLD.html", "economy/FRA.html"];
const pages = asked.length
  ? asked
  : ["index.html", "ar/index.html", "zh/index.html", "data.html", "changes.html", "method.html",
     ...new Set([...common.filter((page) => existsSync(join(site, page))), ...first("target"), ...first("group"), ...first("economy")])];

const looks = [
  { colorScheme: "light", width: 1280, script: true },
  { colorScheme: "dark", width: 1280, script: true },
  { colorScheme: "light", width: 320, script: false },
  { colorScheme: "dark", width: 320, script: true },
  { colorScheme: "light", forcedColors: "active", width: 1280, script: true },
  { colorScheme: "light", width: 1280, script: true, language: "ar" },
  { colorScheme: "dark", width: 320, script: true, language: "ru" },
  { colorScheme: "light", width: 794, script: true, media: "print" },
];

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
let checked = 0;
const found = [];

// What a page may weigh when it is sent, a chart, and all of them on a disk.
let bytes = 0;
for (const entry of readdirSync(site, { recursive: true })) {
  const path = join(site, entry);
  if (!statSync(path).isFile()) continue;
  const text = readFileSync(path);
  bytes += text.length;
  if (gzipSync(text).length > 150_000) found.push(`${entry}: ${gzipSync(text).length} bytes packed`);
  for (const [chart] of text.toString().matchAll(/<svg.*?<\/svg>/gs)) {
    if (Buffer.byteLength(chart) > 25_000) found.push(`${entry}: a chart of ${Buffer.byteLength(chart)} bytes`);
  }
}
if (bytes > 12_000_000) found.push(`the site has ${bytes} bytes`);

for (const look of looks) {
  const context = await browser.newContext({
    colorScheme: look.colorScheme,
    forcedColors: look.forcedColors ?? "none",
    viewport: { width: look.width, height: 900 },
    bypassCSP: true,
  });
  for (const name of pages) {
    const page = await context.newPage();
    const where = `${name} (${look.colorScheme}${look.forcedColors ? ", forced colours" : ""}, ${look.width} px${look.script ? "" : ", no script"}${look.language ? `, in ${look.language}` : ""}${look.media ? `, ${look.media}` : ""})`;
    page.on("request", (request) => {
      if (!request.url().startsWith("file:") && !request.url().startsWith("data:")) found.push(`${where}: asks ${request.url()}`);
    });
    page.on("pageerror", (error) => found.push(`${where}: ${error.message}`));
    // axe itself is a script, so a page "without script" is one whose own script is kept away.
    if (!look.script) await page.route("**/site.js", (route) => route.abort());
    if (look.media) await page.emulateMedia({ media: look.media });
    await page.goto(pathToFileURL(join(site, name)).href + (look.language ? `?lang=${look.language}` : ""));
    if (look.language && !name.includes("/index")) {
      const asked = page.waitForFunction((language) => document.documentElement.lang === language, look.language, { timeout: 5_000 });
      await asked.catch(() => found.push(`${where}: the page stays in English`));
    }
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    if (width > look.width) found.push(`${where}: ${width} px wide`);
    // Tables of targets and areas stand in a narrow page as they are: each row takes several lines.
    const beyond = await page.$$eval(".rows,.text-last", (tables) => tables.filter((table) => table.scrollWidth > table.parentElement.clientWidth + 1).length);
    if (beyond && look.width < 400) found.push(`${where}: ${beyond} tables have to be pushed sideways`);
    await page.evaluate(axe);
    // On paper nothing is touched and no link is followed.
    const rules = look.media ? { "target-size": { enabled: false }, "link-in-text-block": { enabled: false } } : {};
    const result = await page.evaluate((rules) =>
      axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"], rules }), rules);
    for (const violation of result.violations) {
      for (const node of violation.nodes.slice(0, 3)) found.push(`${where}: ${violation.id}: ${violation.help}: ${node.target.join(" ")}`);
    }
    checked += 1;
    await page.close();
  }
  await context.close();
}
await browser.close();
for (const line of found) console.log(line);
console.log(`${checked} looks at ${pages.length} pages of ${bytes} bytes in all, ${found.length} findings`);
process.exit(found.length ? 1 : 0);
