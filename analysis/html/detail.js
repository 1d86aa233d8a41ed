/* One function, told everywhere in the same words: the tooltip and the line below
 * a chart, and the panel beside the tables. */
"use strict";

/* What the report knows of a function's calls, [[term, text]...]. */
function functionPairs(item) {
    const pairs = [], add = function (term, key, unit) {
        if (item[key] !== null && item[key] !== undefined) pairs.push([term, valueText(item[key], unit)]);
    };
    add("calls", "calls", "count");
    add("total", "total_ns", "ns");
    add("self", "self_ns", "ns");
    add("total " + contexts.unit, "total_amount", "count");
    add("self " + contexts.unit, "self_amount", "count");
    add("total on the processor", "cpu_ns", "ns");
    add("average of a call", "avg_ns", "ns");
    add("shortest", "min_ns", "ns");
    add("median", "p50_ns", "ns");
    add("95 of 100 below", "p95_ns", "ns");
    add("99 of 100 below", "p99_ns", "ns");
    add("longest", "max_ns", "ns");
    if (item.error_percent > 0) pairs.push(["self may be off by", valueText(item.error_percent, "percent")]);
    add("allocations", "alloc_count", "count");
    add("allocated", "alloc_bytes", "bytes");
    if (item.cache) {
        pairs.push(["first-level misses", valueText(item.cache.d1_misses, "count")]);
        pairs.push(["last-level misses", valueText(item.cache.ll_misses, "count")]);
    }
    add("deepest level", "max_depth", "count");
    return pairs;
}

/* What a frame of a chart says, [[term, text]...]. */
function framePairs(chart, box) {
    const tree = chart.tree, metric = chart.metric, sums = tree.total(metric);
    const pairs = [], all = sums[0], node = box.node;
    if (box.merged)
        return [["merged", countText(box.merged, "narrow callee") + " of " + tree.name(node)],
                [metric.name, percentText(box.width * sums[chart.top] / (all || 1))]];
    const share = all > 0 ? sums[node] / all : 0;
    pairs.push([metric.unit === "ns" ? "total" : metric.name, valueText(sums[node], metric.unit) + ", " + percentText(share)]);
    if (chart.top > 0 && tree.depth[node] > tree.depth[chart.top] && sums[chart.top] > 0)
        pairs.push(["of the zoomed frame", percentText(sums[node] / sums[chart.top])]);
    if (chart.options.callers) return pairs;
    if (metric.id !== "calls") pairs.push(["self", valueText(tree.own(metric, node), metric.unit)]);
    const calls = tree.columns.calls ? tree.columns.calls[node] : 0;
    if (tree.func[node] >= 0 && tree.columns.calls) pairs.push(["calls", groupedNumber(calls)]);
    if (metric.unit === "ns" && calls > 0) pairs.push(["average", durationText(sums[node] / calls)]);
    const item = functions[tree.func[node]];
    if (item && item.p50_ns !== null && item.p50_ns !== undefined)
        pairs.push(["percentiles of the function", "50: " + durationText(item.p50_ns) + ", 95: " +
            durationText(item.p95_ns) + ", 99: " + durationText(item.p99_ns)]);
    return pairs;
}

const tip = byId("tip"), line = byId("detail");

function describeFrame(box, event, chart) {
    tip.hidden = !(box && event);
    if (!box) {
        line.replaceChildren(make("span", {class: "faint"}, chart.hint()));
        return;
    }
    const pairs = framePairs(chart, box), item = functions[chart.tree.func[box.node]];
    const name = chart.tree.name(box.node);
    line.replaceChildren(make("span", {class: "label"}, name.length > 160 && item ? item.brief.slice(0, 160) : name));
    pairs.forEach(function (pair) {
        line.append(make("span", {}, make("span", {class: "faint"}, pair[0] + " "), pair[1]));
    });
    if (item && item.file) line.append(make("span", {class: "place"}, placeText(item)));
    if (!event) return;
    tip.replaceChildren(make("div", {class: "label"}, name), item && item.file ? make("div", {class: "place"}, placeText(item)) : "",
                        pairList(pairs));
    const left = event.clientX + 16, top = event.clientY + 18;
    tip.style.left = Math.max(4, Math.min(left, window.innerWidth - tip.offsetWidth - 8)) + "px";
    tip.style.top = (top + tip.offsetHeight > window.innerHeight - 4 ? Math.max(4, event.clientY - tip.offsetHeight - 12) : top) + "px";
}

/* ---- The panel ------------------------------------------------------------ */

function functionLink(idx, go) {
    if (idx < 0) return make("span", {}, programName);
    return make("button", {type: "button", class: "link", title: functions[idx].name, click: function (event) {
        event.stopPropagation();
        go(idx);
    }}, functions[idx].label);
}

function neighbourTable(title, list, metric, go) {
    const most = list.length ? list[0].amount : 0, sum = list.reduce(function (all, item) { return all + item.amount; }, 0);
    const body = make("tbody", {});
    list.slice(0, 200).forEach(function (item) {
        const amount = make("td", {class: "number bar"}, valueText(item.amount, metric.unit));
        amount.style.setProperty("--share", (most > 0 ? 100 * item.amount / most : 0).toFixed(1) + "%");
        body.append(make("tr", {}, amount, make("td", {class: "number"}, percentText(sum > 0 ? item.amount / sum : 0)),
            make("td", {class: "number"}, item.func < 0 && title === "Callees" ? "" : groupedNumber(item.calls)),
            make("td", {class: "name"}, functionLink(item.func, go))));
    });
    if (!list.length) return make("p", {class: "faint"}, title + ": none that was measured.");
    return make("div", {class: "scroll"}, make("table", {}, make("caption", {}, title),
        make("thead", {}, make("tr", {}, make("th", {scope: "col", class: "number"}, make("span", {}, metric.name)),
            make("th", {scope: "col", class: "number"}, make("span", {}, "share")),
            make("th", {scope: "col", class: "number"}, make("span", {}, "calls")),
            make("th", {scope: "col"}, make("span", {}, "function")))), body));
}

/* [{from_ns, to_ns, calls}...] without gaps, four to a doubling. */
function histogramOf(idx) {
    const list = contexts.histograms && contexts.histograms[idx] || [], bins = new Map();
    for (let at = 0; at < list.length; at += 2) {
        const bin = Math.floor(list[at] / 8);
        bins.set(bin, (bins.get(bin) || 0) + list[at + 1]);
    }
    const found = Array.from(bins.keys()), first = Math.min.apply(null, found), last = Math.max.apply(null, found), all = [];
    for (let bin = first; bin <= last; bin++)
        all.push({from_ns: Math.pow(2, bin / 4), to_ns: Math.pow(2, (bin + 1) / 4), calls: bins.get(bin) || 0});
    return all;
}

/* A bar for each class of durations, its height the square root of the calls: else
 * the few slow ones, which matter, were not seen. */
function histogramPlot(histogram) {
    const count = histogram.length, width = 420, height = 130, most = Math.max.apply(null, histogram.map(function (bin) { return bin.calls; }));
    const plot = makeSvg("svg", {class: "plot", viewBox: "0 0 " + width + " " + (height + 18), role: "img", "aria-label": "latency histogram"});
    histogram.forEach(function (bin, idx) {
        const tall = most > 0 ? Math.max(bin.calls > 0 ? 1 : 0, height * Math.sqrt(bin.calls / most)) : 0;
        plot.append(makeSvg("rect", {class: "fill", x: idx * width / count, y: height - tall, width: Math.max(1, width / count - 1), height: tall},
            makeSvg("title", {}, durationText(bin.from_ns) + " to " + durationText(bin.to_ns) + ": " + countText(bin.calls, "call"))));
    });
    plot.append(makeSvg("line", {class: "axis", x1: 0, x2: width, y1: height, y2: height}));
    if (count) {
        plot.append(makeSvg("text", {x: 0, y: height + 14}, durationText(histogram[0].from_ns)));
        plot.append(makeSvg("text", {x: width, y: height + 14, "text-anchor": "end"}, durationText(histogram[count - 1].to_ns)));
    }
    return plot;
}

function fillPanel(panel, idx, tree, metric) {
    const item = functions[idx];
    panel.classList.toggle("idle", !item);
    if (!item) {
        panel.replaceChildren(make("p", {class: "faint"}, "Choose a function to see who calls it and what it calls."));
        return;
    }
    const go = function (other) { change({"function": String(other)}); };
    panel.replaceChildren(make("h2", {class: "code", title: item.name}, item.label),
        item.file ? make("p", {class: "place"}, placeText(item)) : "",
        make("div", {class: "actions"},
            make("button", {type: "button", click: function () { change({view: "flame", order: "around", "function": String(idx), zoom: "0"}); }},
                 "Flame graphs around it"),
            sourceOf(item) ? make("button", {type: "button", click: function () { change({view: "source", file: item.file, "function": String(idx)}); }},
                 "Source") : ""),
        pairList(functionPairs(item)));
    const histogram = histogramOf(idx);
    if (histogram.length > 1) panel.append(make("h3", {}, "How long its calls took"), histogramPlot(histogram));
    panel.append(neighbourTable("Callers", neighbours(tree, idx, metric, true), metric, go),
                 neighbourTable("Callees", neighbours(tree, idx, metric, false), metric, go));
}
