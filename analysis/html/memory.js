/* The views that only some runs have: allocations, leaks, heap over time, threads,
 * advice, source.  Each is absent where its source was off. */
"use strict";

/* ---- Allocations and leaks ------------------------------------------------- */

const sites = report.allocations || [];
const leaks = sites.filter(function (site) { return site.current_count > 0; });

function siteColumns(leaked) {
    const columns = [
        {id: "total_bytes", title: "allocated", unit: "bytes"}, {id: "count", title: "allocations", unit: "count"},
        {id: "avg_size", title: "average size", unit: "bytes", minor: "minor"}, {id: "current_bytes", title: "still live", unit: "bytes"},
        {id: "current_count", title: "blocks live", unit: "count", minor: "minor"}, {id: "peak_bytes", title: "peak", unit: "bytes", minor: "minor"},
        {id: "freed_bytes", title: "freed", unit: "bytes", minor: "minor"}, {id: "temporary", title: "temporary", unit: "count", minor: "minor"},
    ].filter(function (column) {
        return sites.some(function (site) { return site[column.id] !== null && site[column.id] !== undefined; });
    });
    columns.forEach(function (column) { column.value = field(column.id); });
    const first = columns.find(function (column) { return column.id === (leaked ? "current_bytes" : "total_bytes"); });
    const sum = sites.reduce(function (all, site) { return all + (first ? site[first.id] || 0 : 0); }, 0);
    if (first) first.bar = function (site) { return sum > 0 ? site[first.id] / sum : 0; };
    if (leaked) columns.sort(function (one, other) { return (other === first) - (one === first); });
    columns.push({id: "kind", title: "kind", value: field("kind"), minor: "minor"});
    columns.push({id: "name", title: "allocated in", value: field("function"), cell: siteCell});
    return columns;
}

function siteCell(site) {
    const item = functions.find(function (one) { return one.name === site.function; });
    return make("span", {}, item ? functionLink(item.index, function (idx) { change({view: "functions", "function": String(idx)}); })
                                 : make("span", {class: "code"}, site.function), make("span", {class: "place"}, " " + placeText(site)));
}

function siteView(id, title, rows, leaked, caption) {
    return {
        id: id, title: title, present: rows.length > 0,
        build: function (section) {
            this.table = new SortableTable(siteColumns(leaked), {caption: caption, onSort: function (word) { change({sort: word}, true); }});
            this.count = make("p", {class: "count"});
            section.append(this.count, this.table.wrapper);
        },
        show: function () {
            const test = matcher(state.query), shown = rows.filter(function (site) {
                return !test || test({name: site.function + " " + placeText(site)});
            });
            const word = state.sort.replace(/-up$/, "");
            this.table.show(shown, this.table.columns.some(function (column) { return column.id === word; }) ? state.sort
                                  : leaked ? "current_bytes" : "total_bytes");
            const key = leaked ? "current_bytes" : "total_bytes";
            this.count.textContent = countText(shown.length, "site") + ", " + sizeText(shown.reduce(function (sum, site) {
                return sum + (site[key] || 0);
            }, 0)) + (leaked ? " not freed when the profile was written" : "");
        },
    };
}

const allocationsView = siteView("allocations", "Allocations", sites, false, "allocation sites");
const leaksView = siteView("leaks", "Not freed", leaks, true, "sites with live blocks");

/* ---- Heap over time -------------------------------------------------------- */

/* Each moment stands for the time since the one before: how much was live then, and
 * how much at most in between. */
const moments = report.heap && report.heap.moments || [];

/* Steps as high as the most of their time, and what was live at each moment. */
function heapPlot(width, height, most) {
    const last = moments[moments.length - 1].time_ns || 1;
    const x = function (moment) { return (moment.time_ns / last * width).toFixed(1); };
    const y = function (bytes) { return (height - bytes / most * height).toFixed(1); };
    const steps = moments.map(function (moment) { return "V" + y(Math.max(moment.highest_bytes, moment.live_bytes)) + "H" + x(moment); });
    const plot = makeSvg("svg", {class: "plot wide", viewBox: "0 0 " + width + " " + height, preserveAspectRatio: "none", role: "img",
        "aria-label": "live bytes over time, at most " + sizeText(most)});
    plot.append(makeSvg("path", {class: "faint-fill", d: "M0 " + height + steps.join("") + "V" + height + "Z"}),
        makeSvg("path", {class: "stroke", d: "M" + moments.map(function (moment) { return x(moment) + " " + y(moment.live_bytes); }).join("L")}));
    return plot;
}

const heapView = {
    id: "heap", title: "Heap", present: moments.length > 1,
    build: function (section) {
        const most = Math.max.apply(null, moments.map(function (moment) { return Math.max(moment.highest_bytes, moment.live_bytes); })) || 1;
        const last = moments[moments.length - 1].time_ns;
        section.append(make("h2", {}, "Live bytes over time"), make("div", {class: "figure"},
            make("p", {class: "ends"}, make("span", {}, "at most " + sizeText(most)), make("span", {}, "filled: the most since the moment before; line: at a moment")),
            heapPlot(860, 240, most), make("p", {class: "ends"}, make("span", {}, "0"), make("span", {}, durationText(last / 2)), make("span", {}, durationText(last)))));
    },
    show: function () {},
};

/* ---- Threads --------------------------------------------------------------- */

const threads = contexts.threads || [];
const threadsView = {
    id: "threads", title: "Threads", present: threads.length > 1,
    build: function (section) {
        const most = Math.max.apply(null, threads.map(function (thread) { return thread.self_ns || 0; })) || 1;
        const columns = [
            {id: "self_ns", title: "time", unit: "ns", value: field("self_ns"), bar: function (thread) { return thread.self_ns / most; }},
            {id: "wait_ns", title: "waiting", unit: "ns", value: field("wait_ns")},
            {id: "calls", title: "calls", unit: "count", value: field("calls")},
            {id: "owners", title: "threads", unit: "count", value: field("owners"), minor: "minor", help: "threads that used this tree one after another"},
            {id: "tid", title: "id", unit: "id", value: field("tid"), text: function (thread) { return String(thread.tid); }},
            {id: "name", title: "start function", value: field("start"), cell: function (thread) {
                return make("button", {type: "button", class: "link", click: function () { change({view: "flame", order: "down", zoom: "0", thread: String(thread.group)}); }}, thread.start);
            }},
        ].filter(function (column) { return column.id !== "self_ns" && column.id !== "wait_ns" || contexts.timed; });
        this.table = new SortableTable(columns, {caption: "threads", onSort: function (word) { change({sort: word}, true); }});
        section.append(make("p", {class: "count"}, "Trees of ended threads are taken over by later ones with the same start function."), this.table.wrapper);
    },
    show: function () {
        const word = state.sort.replace(/-up$/, "");
        this.table.show(threads, this.table.columns.some(function (column) { return column.id === word; }) ? state.sort : contexts.timed ? "self_ns" : "calls");
    },
};

/* ---- Advice ---------------------------------------------------------------- */

const advice = embedded("advice") || [];
const adviceView = {
    id: "advice", title: "Advice", present: advice.length > 0,
    build: function (section) {
        const ranks = ["critical", "high", "medium", "low"];
        const columns = [
            {id: "severity", title: "severity", value: function (item) { return ranks.indexOf(item.severity); },
             cell: function (item) { return make("span", {class: "badge" + (ranks.indexOf(item.severity) < 2 ? " warning" : "")}, item.severity); }},
            {id: "max_gain_percent", title: "gains at most", unit: "percent", value: field("max_gain_percent"), minor: "minor"},
            {id: "category", title: "category", value: field("category"), minor: "minor"},
            {id: "name", title: "where", value: field("function"), cell: siteCell},
            {id: "description", title: "what and what to do", cell: function (item) {
                return make("span", {}, item.description, make("br", {}), make("strong", {}, item.recommendation || ""));
            }},
        ];
        this.table = new SortableTable(columns, {caption: "advice", onSort: function (word) { change({sort: word}, true); }});
        section.append(this.table.wrapper);
    },
    show: function () {
        const test = matcher(state.query);
        this.table.show(advice.filter(function (item) { return !test || test({name: [item.function, item.category, item.rule, item.description].join(" ")}); }),
            /^(severity|max_gain|category|name)/.test(state.sort) ? state.sort : "severity-up");
    },
};

/* ---- Source ---------------------------------------------------------------- */

/* {files: [{path, text}], lines: [[file, line, calls, bytes]...]} */
const source = embedded("source") || {files: [], lines: []};

function sourceOf(item) {
    return item && source.files.find(function (file) { return file.path === item.file; });
}

const sourceView = {
    id: "source", title: "Source", present: source.files.length > 0,
    build: function (section) {
        this.body = make("tbody", {});
        this.table = make("table", {class: "source"}, make("caption", {class: "hidden"}, "source with calls"), make("thead", {}, make("tr", {},
            make("th", {scope: "col", class: "number"}, make("span", {}, "calls")), make("th", {scope: "col", class: "number"}, make("span", {}, "bytes")),
            make("th", {scope: "col", class: "number"}, make("span", {}, "time")), make("th", {scope: "col", class: "number"}, make("span", {}, "line")),
            make("th", {scope: "col"}, make("span", {}, "source")))), this.body);
        this.note = make("p", {class: "count"});
        section.append(this.note, this.table);
    },
    show: function () {
        const file = source.files.find(function (one) { return one.path === state.file; }) || source.files[0];
        if (this.file !== file) this.fill(file);
        this.file = file;
        const chosen = functions[Number(state["function"])], key = [file.path, state["function"]].join("\n");
        /* The report has the most expensive first: where nothing is chosen, that is looked for. */
        const item = chosen && chosen.file === file.path ? chosen
            : report.functions.find(function (one) { return one.file === file.path; });
        const row = item && this.body.children[item.line - 1];
        if (row && key !== this.scrolled) {
            row.scrollIntoView({block: "center"});
            this.table.parentNode.scrollLeft = 0; /* long lines draw it to the right */
        }
        this.scrolled = key;
    },
    fill: function (file) {
        const idx = source.files.indexOf(file), calls = new Map(), heads = new Map();
        source.lines.forEach(function (one) { if (one[0] === idx) calls.set(one[1], one); });
        report.functions.forEach(function (item) { if (item.file === file.path) heads.set(item.line, item); });
        const part = document.createDocumentFragment();
        file.text.split("\n").forEach(function (text, at) {
            const own = calls.get(at + 1), head = heads.get(at + 1);
            part.append(make("tr", {class: head ? "hot" : null},
                make("td", {class: "number here"}, head ? groupedNumber(head.calls) : own ? own[2] === null ? "\u2026" : groupedNumber(own[2]) : ""),
                make("td", {class: "number here"}, own && own[3] ? sizeText(own[3]) : ""),
                make("td", {class: "number here"}, head && head.self_ns !== null ? durationText(head.self_ns) : ""),
                make("td", {class: "number"}, String(at + 1)), make("td", {class: "code"}, text)));
        });
        this.body.replaceChildren(part);
        this.note.textContent = (file.changed ? "This file was changed after the run. " : "") +
            "Calls and bytes of a line, where the line alone makes these calls; \u2026 stands for calls that other lines make as well. A function's own calls and time stand at its head.";
    },
};
