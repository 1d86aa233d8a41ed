/* The page of `cprof diff --format html` in a browser: its tables against the JSON of the
 * same diff, the differential flame graph inside of it, narrow windows, hostile names. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cprof, expect, finish, folder, open, plain, profile, same, screenshots, test } from "./harness.mjs";

/* Ten runs a side, of which the second takes a sixth more in `again` and calls it once
 * more; with names that try to break out. */
for (const side of ["old", "new"]) {
    mkdirSync(join(folder, side));
    for (let run = 0; run < 10; run++)
        profile(join(side, "p" + run), side === "old" ? "calls=1000" : "calls=1001",
                "self=" + ((side === "old" ? 200000 : 233000) + run * 500), ...(side === "new" ? ["function=7", "hostile"] : []));
}
const runs = (side) => Array.from({ length: 10 }, (_, run) => join(side, "p" + run));
const words = [...runs("old"), "--", ...runs("new")];
const file = join(folder, "diff.html");
writeFileSync(file, cprof("diff", "--format", "html", ...words));
const diff = JSON.parse(cprof("diff", "--format", "json", ...words));

/* The rows of the table behind a heading, each as its cells' texts. */
function rows(page, heading) {
    return page.evaluate((wanted) => {
        const found = Array.from(document.querySelectorAll("h2")).find((one) => one.textContent === wanted);
        return found ? Array.from(found.nextElementSibling.querySelector("table").rows).slice(1).map((row) => Array.from(row.cells).map((cell) => cell.textContent)) : [];
    }, heading);
}

await test("the verdict, the sides and the changes are those of the JSON", async () => {
    const page = await open(file);
    expect((await page.textContent("h1")).startsWith(diff.verdict + ": speed-up " + diff.speedup.toFixed(3)), "the verdict:", await page.textContent("h1"));
    const sides = await page.$$eval("p > b", (found) => found.map((one) => one.parentElement.textContent));
    same(sides.length, 2, "sides");
    expect(sides[0].startsWith("Baseline: ") && sides[0].includes(diff.baseline.build_id.slice(0, 12)) && sides[0].includes("10 runs"), "the first side:", sides[0]);
    expect(sides[1].startsWith("Candidate: "), "the second side:", sides[1]);
    for (const [heading, changes] of [["Worse than the baseline", diff.regressions], ["Better than the baseline", diff.improvements]]) {
        const shown = await rows(page, heading);
        same(shown.map((cells) => [cells[6].split(" with ")[0], cells[5], cells[6].includes(" with ")]), changes.map((change) => [change.function, change.metric, change.with.length > 0]), heading);
        for (const [idx, cells] of shown.entries()) {
            const change = changes[idx];
            if (change.percent_change !== null)
                expect(Math.abs(parseFloat(cells[0]) - change.percent_change) <= 0.06 + Math.abs(change.percent_change) / 100, heading, cells[0], "instead of", change.percent_change);
            same(cells[1] === "exact", change.exact, "exactness of " + change.function);
        }
    }
    const slower = diff.regressions.find((change) => change.function === "again" && change.metric === "self_time");
    expect(slower && slower.percent_change > 14 && slower.percent_change < 18, "again is not slower:", JSON.stringify(diff.regressions));
    same(page.troubles, [], "troubles");
    await page.screenshot({ path: join(screenshots, "diff-light.png"), fullPage: true });
});

/* What XML cannot hold has another sign in its place there and another in JSON. */
const shown = (name) => plain(name.replace(/[^ -~]/g, " "));

await test("names that want out stay names", async () => {
    const page = await open(file);
    const listed = await page.$$eval("li", (found) => found.map((one) => one.textContent));
    for (const entry of diff.added)
        expect(listed.some((name) => shown(name) === shown(entry.function)), JSON.stringify(entry.function), "is not among", JSON.stringify(listed.map((name) => name.slice(0, 40))));
    expect(diff.added.length >= 8, "nothing hostile was added:", diff.added.length);
    same(await page.$$eval("script, b b, h1 *", (found) => found.length), 0, "elements that a name made");
    same(page.troubles, [], "troubles");
});

await test("the flame graph shows the difference and zooms", async () => {
    const page = await open(file);
    const graph = await (await page.waitForSelector("iframe")).contentFrame();
    await graph.waitForSelector(".frame");
    const titles = await graph.$$eval(".frame > title", (found) => found.map((one) => one.textContent));
    const again = titles.find((title) => title.startsWith("again\n"));
    expect(again && plain(again).includes("before") && /\+1[4-8]\.\d %/.test(plain(again)), "the frame of again:", again);
    const frames = () => graph.$$eval(".frame", (found) => found.map((one) => [one.querySelector("title").textContent.split("\n")[0], one.getAttribute("width"), one.querySelector("rect").getAttribute("fill")]));
    const before = (await frames()).find(([name]) => name === "again");
    expect(parseFloat(before[1]) < 100, "again is as wide as all");
    const red = parseInt(before[2].slice(1, 3), 16), blue = parseInt(before[2].slice(5), 16);
    expect(red > blue + 20, "more is not red:", before[2]);
    const frame = await graph.evaluateHandle(() => Array.from(document.querySelectorAll(".frame")).find((one) => one.querySelector("title").textContent.startsWith("again\n")));
    await frame.asElement().click();
    same((await frames()).find(([name]) => name === "again")[1], "100%", "again after a click");
    same(page.troubles, [], "troubles");
});

await test("narrow and dark it can be read", async () => {
    for (const [width, theme] of [[1280, "dark"], [700, "light"], [360, "dark"]]) {
        const page = await open(file, { width, theme });
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        expect(wide <= width, "at", width, "the page is", wide, "wide");
        const colours = await page.evaluate(() => [getComputedStyle(document.body).color, getComputedStyle(document.documentElement).colorScheme]);
        expect((colours[0] === "rgb(255, 255, 255)") === (theme === "dark"), theme, "text is", colours[0]);
        same(page.troubles, [], "troubles");
        await page.screenshot({ path: join(screenshots, `diff-${theme}-${width}.png`), fullPage: true });
    }
});

await finish();
