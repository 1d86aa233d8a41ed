/* The parts of the page that only some runs have, of a real program: allocations,
 * what was not freed, the heap over time, threads, source, advice, latencies. */
import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { lowContrast } from "./contrast.mjs";
import { cprof, documents, duration, expect, finish, folder, grouped, open, plain, same, screenshots, test } from "./harness.mjs";

const here = dirname(fileURLToPath(import.meta.url));
copyFileSync(join(here, "heap.c"), join(folder, "heap.c"));
const flags = cprof("flags", "--cc", "gcc").trim().split(/\s+/);
execFileSync("gcc", ["-g", "-O2", ...flags, "heap.c", "-o", "heap", "-pthread"], { cwd: folder });
cprof("run", "-o", "heap.cprof", "--", "./heap");
process.chdir(folder);
const { file, report } = documents("heap.cprof");
const advice = JSON.parse(cprof("advise", "--format", "json", "heap.cprof"));
const lines = readFileSync("heap.c", "utf8").split("\n");
const lineOf = (text) => lines.findIndex((line) => line.includes(text)) + 1;

function size(bytes) {
    const units = [["bytes", 1], ["KiB", 1024], ["MiB", 1048576], ["GiB", 1073741824]];
    let idx = 0;
    while (idx < 3 && bytes >= units[idx + 1][1] * 0.9995) idx++;
    const shown = bytes / units[idx][1];
    return shown.toFixed(idx === 0 || shown >= 99.95 ? 0 : shown >= 9.995 ? 1 : 2) + " " + units[idx][0];
}

function rows(page, view) {
    return page.$$eval(`#view-${view} tbody tr`, (found) => found.map((row) => Array.from(row.cells, (cell) => cell.innerText.replace(/\s+/g, " ").trim())));
}

await test("allocation sites are the report's, sorted and filtered", async () => {
    const page = await open(file, { hash: "view=allocations" });
    const shown = await rows(page, "allocations");
    same(shown.map((row) => [row[0], row[1], row[8]]), report.allocations.map((site) => [size(site.total_bytes), grouped(site.count), site.kind]), "sites");
    await page.click("#view-allocations th button:text-is('blocks live')");
    const live = report.allocations.map((site) => site.current_count).sort((one, other) => other - one);
    same((await rows(page, "allocations")).map((row) => row[4]), live.map(grouped), "by live blocks");
    await page.fill("#query", "scratch");
    same((await rows(page, "allocations")).length, 1, "sites in scratch");
    same(page.troubles, [], "troubles");
});

await test("what was not freed is there, what was freed is not", async () => {
    const page = await open(file, { hash: "view=leaks" });
    const leaks = report.allocations.filter((site) => site.current_count > 0);
    same((await rows(page, "leaks")).map((row) => row[0]), leaks.map((site) => site.current_bytes).sort((one, other) => other - one).map(size), "bytes");
    expect(leaks.length > 0 && !(await page.innerText("#view-leaks")).includes("scratch"), "scratch leaks");
});

await test("the heap over time has every moment", async () => {
    const page = await open(file, { hash: "view=heap" });
    const points = (await page.getAttribute("#view-heap path.stroke", "d")).split("L").length;
    same(points, report.heap.moments.length, "points");
    const steps = (await page.getAttribute("#view-heap path.faint-fill", "d")).split("H").length - 1;
    same(steps, report.heap.moments.length, "steps");
    const most = Math.max(...report.heap.moments.map((moment) => moment.highest_bytes));
    expect((await page.innerText("#view-heap")).includes("at most " + size(most).replace(" ", "\u00a0")), "the highest is not", size(most));
    await page.screenshot({ path: join(screenshots, "page-heap.png") });
});

await test("metrics of allocations draw allocators below their callers", async () => {
    const page = await open(file);
    for (const metric of ["alloc_count", "alloc_bytes", "live_bytes", "peak_bytes"]) {
        await page.selectOption("#metric", metric);
        const whole = await page.evaluate(() => flameView.shown.tree.total(currentMetric())[0]);
        const sums = { alloc_count: report.totals.allocations, alloc_bytes: report.totals.allocated_bytes, live_bytes: report.totals.current_bytes };
        if (metric in sums) same(whole, sums[metric], metric);
        expect(whole > 0, metric, "is nothing");
    }
    const leaf = await page.evaluate(() => flameView.shown.levels[flameView.shown.levels.length - 1].map((box) => flameView.shown.tree.name(box.node)));
    expect(leaf.every((name) => /malloc/.test(name)), "the deepest frames are", leaf.join());
});

await test("threads are told apart by their start function", async () => {
    const page = await open(file, { hash: "view=threads" });
    const shown = await rows(page, "threads");
    same(shown.reduce((sum, row) => sum + Number(row[3]), 0), report.run.threads, "threads");
    same(Array.from(new Set(shown.map((row) => row[5]))).sort(), ["main", "worker"], "starts");
    await page.click("#view-threads .link:text-is('worker') >> nth=0");
    const drawn = await page.evaluate(() => flameView.shown.levels.flat().map((box) => flameView.shown.tree.name(box.node)));
    expect(drawn.includes("scratch") && !drawn.includes("build_list"), "threads of worker draw", drawn.join());
    same(await page.evaluate(() => flameView.shown.tree.columns.calls.reduce((sum, calls) => sum + calls, 0)), 3 + 3000, "their calls");
});

await test("source lines have the calls that they alone make", async () => {
    const page = await open(file, { hash: "view=source" });
    const line = async (text) => (await rows(page, "source"))[lineOf(text) - 1];
    same((await line("make_item(list, idx)"))[0], "40,000", "one line's calls");
    same((await line("sum += scratch(idx);"))[0], "…", "calls of two lines");
    same((await line("static long scratch"))[0], "3,000", "a function's calls");
    same((await line("malloc(4096)"))[1], size(3000 * 4096), "bytes");
    same((await rows(page, "source")).length, lines.length, "lines");
    const hot = report.functions.find((item) => item.file === "heap.c");
    const box = await page.locator("#view-source tbody tr").nth(hot.line - 1).boundingBox();
    expect(box.y > 0 && box.y < 720, "the hottest function is out of sight, at", box.y);
    const without = join(folder, "without.html");
    cprof("report", "--format", "html", "--no-source", "-o", without, "heap.cprof");
    expect(!readFileSync(without, "utf8").includes("a call that one line makes"), "--no-source leaves it in");
    same(await (await open(without)).$("#tab-source"), null, "an empty view");
});

await test("advice is what advise says", async () => {
    const page = await open(file, { hash: "view=advice" });
    same((await rows(page, "advice")).map((row) => row[2]).sort(), advice.map((item) => item.category).sort(), "categories");
});

await test("latencies of a function have all its timed calls", async () => {
    const page = await open(file, { hash: "view=functions" });
    await page.click("#view-functions .link[title='build_list']");
    const item = report.functions.find((one) => one.name === "build_list");
    const said = await page.$$eval("#view-functions aside svg rect title", (found) => found.map((title) => Number(title.textContent.match(/: ([\d,]+) call/)[1].replace(/,/g, ""))));
    same(said.reduce((sum, calls) => sum + calls, 0), item.timed_calls, "calls in the histogram");
    expect(plain(await page.innerText("#view-functions aside dl")).includes("median " + duration(item.p50_ns)), "no median");
});

await test("contrast of these views", async () => {
    for (const theme of ["light", "dark"]) {
        const page = await open(file, { theme, hash: "function=0" });
        for (const view of await page.$$eval("#tabs button", (found) => found.map((tab) => tab.id))) {
            await page.click("#" + view);
            same(await page.evaluate(lowContrast), [], theme + " " + view);
            await page.screenshot({ path: join(screenshots, `program-${view.slice(4)}-${theme}.png`) });
        }
    }
});

await finish();
