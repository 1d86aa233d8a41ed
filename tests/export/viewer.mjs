/* The exports in speedscope itself, which reads five of them: what its table says of
 * two functions, and that it complains of nothing.  SPEEDSCOPE is the unpacked npm
 * package; the rest is as for the tests of page/. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const { chromium } = (await import(pathToFileURL(join(process.env.PLAYWRIGHT, "index.js")))).default;
const folder = mkdtempSync(join(tmpdir(), "cprof-viewer-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
mkdirSync(process.env.SCREENSHOTS, { recursive: true });

const release = join(process.env.SPEEDSCOPE, "dist/release");
const formats = {
    speedscope: { name: "profile.speedscope.json", total: "903.00µs", self: "800.00µs" },
    pprof: { name: "profile.pb.gz", total: "903.00µs", self: "800.00µs" },
    chrome: { name: "profile.trace.json", total: "903.00µs", self: "800.00µs" },
    folded: { name: "profile.txt", total: "903,000", self: "800,000" },
    callgrind: { name: "callgrind.out.1", total: "903,000", self: "800,000" },
};
/* What it says of itself. */
const usual = /^(speedscope v|WebGL initialized|Importing as|import:)/;

execFileSync(process.env.MAKE_PROFILE, [join(folder, "profile"), "levels=0"]);
execFileSync(process.env.MAKE_PROFILE, [join(folder, "hostile"), "hostile", "levels=300"]);
const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    args: ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"],
});
let failures = 0;
function fail(...words) {
    failures++;
    console.log("FAILED:", ...words);
}

/* Opens an export, calls `look` with its table's text. */
async function opened(profile, format, look) {
    const name = formats[format].name, file = join(folder, profile + "." + format), script = file + ".js";
    execFileSync(process.env.CPROF, ["export", "-f", format, join(folder, profile), "-o", file]);
    const bytes = readFileSync(file).toString("base64");
    writeFileSync(script, `speedscope.loadFileFromBase64(${JSON.stringify(name)}, ${JSON.stringify(bytes)})`);
    const page = await browser.newPage({ viewport: { width: 1200, height: 700 } });
    page.on("console", (message) => usual.test(message.text()) || fail(profile, format, message.text()));
    page.on("pageerror", (error) => fail(profile, format, error.message));
    await page.goto(pathToFileURL(join(release, "index.html")) + "#localProfilePath=" + script);
    try {
        await page.waitForFunction(() => document.body.innerText.includes("Sandwich"), null, { timeout: 20000 });
        await page.waitForTimeout(500); /* until it has drawn */
        await page.screenshot({ path: join(process.env.SCREENSHOTS, `speedscope-${profile}-${format}.png`) });
        await page.keyboard.press("3");
        await page.waitForFunction(() => /Symbol Name[^]*main/.test(document.body.innerText), null, { timeout: 10000 });
        look(await page.evaluate(() => document.body.innerText));
    } catch (error) {
        fail(profile, format, error.message);
    }
    await page.close();
}

for (const [format, wanted] of Object.entries(formats)) {
    const plain = (text) => {
        for (const part of ["work", "main", wanted.total, wanted.self])
            if (!text.includes(part)) fail(format, `"${part}" is not in:`, text.slice(0, 300));
    };
    /* Names that end other formats, letters of many kinds, and 300 levels. */
    const hostile = (text) => {
        for (const part of ["\u51fd\u6570", "TTTTTTTT", "<script>"])
            if (!text.includes(part)) fail("hostile", format, `"${part}" is not in:`, text.slice(0, 600));
    };
    await opened("profile", format, plain);
    await opened("hostile", format, hostile);
}
await browser.close();
console.log(failures ? `${failures} failed` : "all as expected");
process.exitCode = failures ? 1 : 0;
