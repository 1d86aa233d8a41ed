/* The SVG flame graph in a browser: zoom, keys, search and colours, held against the
 * JSON of the same profile; and the picture without its script. */
import { execFileSync } from "node:child_process";
import { writeFileSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { cprof, documents, duration, expect, finish, grouped, open, percent, plain, profile, same, screenshots, test, walk } from "./harness.mjs";

const made = documents(profile("shop", "contexts=3000"));
const { tree } = made;
const main = tree.children[0];
const widest = (node) => node.children.reduce((most, child) => (!most || child.total_ns > most.total_ns ? child : most), null);
const child = widest(main);

/* Draws; the file must be well-formed whatever the names are. */
function picture(name, ...words) {
    const file = join(made.file, "..", name + ".svg");
    cprof("flame", "-o", file, ...words);
    execFileSync("xmllint", ["--noout", "--huge", file]);
    return file;
}

const shop = picture("shop", "shop");

function frame(page, name) {
    return page.evaluate((wanted) => {
        const element = Array.from(document.querySelectorAll(".frame")).find((one) => one.querySelector("title").textContent.startsWith(wanted + "\n"));
        const box = element.getBoundingClientRect();
        return {
            title: element.querySelector("title").textContent, fill: element.querySelector("rect").getAttribute("fill"),
            width: parseFloat(element.getAttribute("width")), x: box.x + box.width / 2, y: box.y + 9, shown: element.style.display !== "none",
        };
    }, name);
}

await test("a frame is as wide as its share and says its numbers", async () => {
    const page = await open(shop), found = await frame(page, child.name);
    expect(Math.abs(found.width / 100 - child.total_ns / tree.total_ns) < 1e-5, "width", found.width);
    for (const words of [`${child.file}:${child.line}`, duration(child.total_ns), percent(child.total_ns / tree.total_ns),
                         "self " + duration(child.self_ns), grouped(child.calls) + " calls", "average " + duration(child.total_ns / child.calls)])
        expect(plain(found.title).includes(plain(words)), `"${words}" is not in "${found.title}"`);
    same(page.troubles, [], "troubles");
    await page.screenshot({ path: join(screenshots, "svg-light.png") });
});

await test("clicks and keys zoom, crumbs lead back", async () => {
    const page = await open(shop), at = await frame(page, child.name);
    await page.mouse.click(at.x, at.y);
    same((await frame(page, child.name)).width, 100, "the zoomed frame");
    const grandchild = widest(child), inside = await frame(page, grandchild.name);
    expect(Math.abs(inside.width / 100 - grandchild.total_ns / child.total_ns) < 1e-4, "a frame in it", inside.width);
    expect((await page.textContent(".crumbs")).endsWith("main › " + child.name.replace(/\(.*/, "")), "crumbs:", await page.textContent(".crumbs"));
    await page.click(".crumbs tspan:has-text('main')");
    same((await frame(page, "main")).width, 100, "after a crumb");
    expect((await frame(page, child.name)).width < 100, "the crumb does not zoom out");
    await page.keyboard.press("Escape");
    await page.focus(".frame[tabindex='0']");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    expect((await page.textContent(".detail")).startsWith(child.name), "walked to", await page.textContent(".detail"));
    await page.keyboard.press("Enter");
    same((await frame(page, child.name)).width, 100, "after Enter");
    await page.keyboard.press("Backspace");
    same((await frame(page, "main")).width, 100, "after Backspace");
    await page.click(".whole");
    expect((await page.getAttribute(".whole", "class")).includes("idle"), "the whole picture is not back");
});

await test("in a narrow window nothing of the head lies over another", async () => {
    for (const width of [360, 700, 1440]) {
        const page = await open(picture("named", "--title", "a program with quite a long name", "shop"), { width });
        await page.keyboard.press("/");
        await page.keyboard.type("worker_77");
        const boxes = await page.$$eval(".title, .summary, .matched, .whole, .turn, .search", (found) => found.map((one) => {
            const box = one.getBoundingClientRect();
            return [one.getAttribute("class"), box.left, box.top, box.right, box.bottom];
        }));
        for (const [name, left, top, right, bottom] of boxes) {
            expect(left >= 0 && right <= width, name, "sticks out of", width);
            for (const [other, from, above, to, below] of boxes)
                expect(name >= other || right <= from || to <= left || bottom <= above + 3 || below <= top + 3, name, "lies over", other, "at", width);
        }
    }
});

await test("a search tells the share that matches", async () => {
    const page = await open(shop);
    await page.keyboard.press("/");
    await page.keyboard.type("worker_77");
    let share = 0, below = -1, frames = 0;
    for (const { node, depth } of walk(tree)) {
        if (node.total_ns / tree.total_ns < 0.1 / 1200) continue;
        frames += node.name.includes("worker_77");
        if (below >= 0 && depth > below) continue;
        below = node.name.includes("worker_77") ? depth : -1;
        share += below >= 0 ? node.total_ns / tree.total_ns : 0;
    }
    same(await page.textContent(".matched"), `${frames} frames match, ${(100 * share).toFixed(1)} % of the whole`, "matched");
    expect(frames > 1, "nothing to find");
});

await test("a function has the same colour in picture and page", async () => {
    const page = await open(shop), html = await open(made.file);
    for (const name of ["main", child.name])
        same((await frame(page, name)).fill, await html.evaluate((one) => colourOf(one), name), name);
});

await test("it grows up or down, and turns over", async () => {
    const page = await open(picture("up", "--shape", "flame", "shop"));
    const above = await frame(page, child.name), below = await frame(page, "main");
    expect(above.y < below.y, "the flame does not grow up");
    await page.click(".turn");
    expect((await frame(page, child.name)).y > (await frame(page, "main")).y, "it does not turn over");
});

await test("narrow frames are merged and counted", async () => {
    const page = await open(shop);
    const merged = await page.$$eval(".frame title", (found) => found.map((title) => title.textContent).filter((text) => /narrow callee/.test(text)));
    expect(merged.length > 0, "none is");
    const hidden = Array.from(walk(tree)).filter(({ node }) => node.total_ns / tree.total_ns < 0.1 / 1200 && node.total_ns > 0).length;
    expect((await page.textContent(".summary")).includes(`too narrow to draw: ${grouped(hidden)} calling contexts`), await page.textContent(".summary"));
});

await test("callers of a function, and the metric", async () => {
    const page = await open(picture("callers", "--callers", child.name, "shop"));
    same((await frame(page, child.name)).width, 100, "the function");
    same((await frame(page, "main")).shown, true, "its caller");
    const calls = await open(picture("calls", "--metric", "calls", "shop"));
    const sum = (node) => node.calls + node.children.reduce((all, one) => all + sum(one), 0);
    const most = main.children.reduce((one, other) => (sum(other) > sum(one) ? other : one));
    expect(Math.abs((await frame(calls, most.name)).width / 100 - sum(most) / sum(tree)) < 1e-5, "widths are not calls");
});

await test("a difference is red for more and blue for less", async () => {
    profile("smaller", "contexts=2000");
    const before = JSON.parse(cprof("tree", "--format", "json", "smaller")).children[0].children.find((one) => one.name === child.name);
    const page = await open(picture("more", "--baseline", "smaller", "shop"));
    const found = await frame(page, child.name);
    const change = 100 * (child.total_ns - before.total_ns) / before.total_ns;
    for (const words of [duration(child.total_ns), "before " + duration(before.total_ns), `+${change.toFixed(1)} %`])
        expect(plain(found.title).includes(words), `"${words}" is not in "${found.title}"`);
    const channels = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
    const main = channels((await frame(page, "main")).fill);
    expect(main[0] > main[2] + 60, "more is", main);
    const less = await open(picture("less", "--baseline", "shop", "--width", "before", "smaller"));
    const blue = channels((await frame(less, "main")).fill);
    expect(blue[2] > blue[0] + 60, "less is", blue);
    expect(Math.abs((await frame(less, child.name)).width / 100 - child.total_ns / tree.total_ns) < 1e-5, "not as wide as before");
    const same_ = await open(picture("same", "--baseline", "shop", "shop"));
    same((await frame(same_, child.name)).fill, "#ece8dd", "the same twice");
    await page.screenshot({ path: join(screenshots, "svg-difference.png") });
});

await test("hostile names do nothing, without the script it reads well", async () => {
    profile("hostile", "hostile", "levels=300");
    const file = picture("hostile", "hostile"), page = await open(file);
    same(page.troubles, [], "troubles");
    const names = await page.$$eval(".frame title", (found) => found.map((title) => title.textContent.split("\n")[0]));
    expect(names.includes("]]></style><script>"), "no hostile name");
    expect(names.some((name) => name.length === 4000), "the long name is cut");
    const still = file.replace(".svg", ".still.svg");
    writeFileSync(still, readFileSync(file, "utf8").replace(/<script>[^]*<\/script>/, ""));
    const bare = await open(still);
    same(await bare.isVisible(".search"), false, "a search that would not work");
    expect((await bare.$$eval(".frame > text", (found) => found.map((text) => text.textContent))).includes("main"), "no labels");
    await bare.screenshot({ path: join(screenshots, "svg-still.png") });
    /* A cut label has both ends of the name, by the script and without it. */
    for (const picture of [page, bare]) {
        const cut = (await picture.$$eval(".frame", (found) => found.map((frame) => [frame.lastElementChild.textContent,
            frame.querySelector("title").textContent.split("\n")[0], frame.getAttribute("data-brief") || ""]))).filter(([label]) => /.\u2026./.test(label));
        expect(cut.length > 2, "labels are not cut in the middle");
        for (const [label, name, brief] of cut) {
            const [head, tail] = label.split("\u2026");
            expect([name, brief].some((whole) => whole.startsWith(head) && whole.endsWith(tail)), label, "is not of", name.slice(0, 80));
        }
    }
});

await test("a large tree stays below 5 MB", async () => {
    profile("large", "contexts=200000");
    const file = picture("large", "large"), size = statSync(file).size;
    expect(size < 5e6 && size > 1e5, "it has", size, "bytes");
    const dark = await open(shop, { theme: "dark", width: 800 });
    await dark.screenshot({ path: join(screenshots, "svg-dark-800.png") });
});

await finish();
