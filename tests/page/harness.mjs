/* What the browser tests share: a browser without a network, profiles made for
 * the test, the JSON that the page is held against, and expectations that say
 * what was found instead.
 *
 * Needs CPROF, MAKE_PROFILE and PLAYWRIGHT (the unpacked npm package);
 * SCREENSHOTS is where pictures of every view are left to be looked at. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const { chromium } = (await import(pathToFileURL(join(process.env.PLAYWRIGHT, "index.js")))).default;

export const folder = mkdtempSync(join(tmpdir(), "cprof-page-"));
export const screenshots = process.env.SCREENSHOTS;
mkdirSync(screenshots, { recursive: true });
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

export function cprof(...words) {
    return execFileSync(process.env.CPROF, words, { cwd: folder, maxBuffer: 1 << 30, encoding: "utf8" });
}

/* A profile of make_profile's words; returns its path. */
export function profile(name, ...words) {
    execFileSync(process.env.MAKE_PROFILE, [join(folder, name), ...words]);
    return join(folder, name);
}

/* {file, report, tree} of a profile as page and as JSON. */
export function documents(path) {
    const file = path + ".html";
    writeFileSync(file, cprof("report", "--format", "html", path));
    return {
        file,
        report: JSON.parse(cprof("report", "--format", "json", path)),
        tree: JSON.parse(cprof("tree", "--format", "json", path)),
    };
}

const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--force-color-profile=srgb"],
});

/* Opens a file; whatever the page complains of or asks the network for is an error. */
export async function open(file, { width = 1280, height = 720, theme = "light", hash = "" } = {}) {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme });
    const page = await context.newPage();
    page.troubles = [];
    page.on("console", (message) => page.troubles.push(message.text()));
    page.on("pageerror", (error) => page.troubles.push(error.message));
    page.on("dialog", (dialog) => { page.troubles.push("a dialog: " + dialog.message()); dialog.dismiss(); });
    page.on("request", (request) => {
        if (!/^(file|data):/.test(request.url())) page.troubles.push("asked for " + request.url());
    });
    await page.goto(pathToFileURL(file) + (hash && "#" + hash));
    return page;
}

/* ---- Expectations ---------------------------------------------------------- */

let failures = 0;

export function expect(holds, ...words) {
    if (holds) return;
    failures++;
    console.log("  FAILED:", ...words);
}

export function same(found, wanted, what) {
    expect(JSON.stringify(found) === JSON.stringify(wanted), what + ": found", JSON.stringify(found), "instead of", JSON.stringify(wanted));
}

export async function test(name, body) {
    const before = failures, start = performance.now();
    try {
        await body();
    } catch (error) {
        expect(false, error.stack);
    }
    console.log((failures === before ? "ok      " : "not ok  ") + name + `, ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

export async function finish() {
    await browser.close();
    process.exitCode = failures ? 1 : 0;
}

/* ---- Numbers as number.c writes them ----------------------------------------- */

export function duration(nanoseconds) {
    const units = [["ns", 1], ["µs", 1e3], ["ms", 1e6], ["s", 1e9]];
    let idx = 0;
    while (idx < 3 && nanoseconds >= units[idx + 1][1] * 0.9995) idx++;
    const shown = nanoseconds / units[idx][1];
    return shown.toFixed(idx === 0 || shown >= 99.95 ? 0 : shown >= 9.995 ? 1 : 2) + " " + units[idx][0];
}

export function grouped(value) {
    return value.toLocaleString("en-US");
}

export function percent(share) {
    return (100 * share).toFixed(1) + " %";
}

/* Text as shown, with plain spaces. */
export function plain(text) {
    return text.replace(/[\u00a0\s]+/g, " ").trim();
}

/* All nodes of a JSON tree with their depth. */
export function* walk(node, depth = 0) {
    yield { node, depth };
    for (const child of node.children) yield* walk(child, depth + 1);
}
