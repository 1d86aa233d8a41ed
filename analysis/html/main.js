/* Brings the page to life: the head, the tabs, the bar of choices, the keys. */
"use strict";

/* ---- Summary --------------------------------------------------------------- */

const run = report.run;

function runState() {
    return run.running ? "still running" : run.complete ? "complete" : "not complete";
}

function linesOf(list) {
    const element = make("ul", {});
    list.forEach(function (words) { element.append(make("li", {}, words)); });
    return element;
}

function remarks() {
    const list = [];
    list.push(run.overhead_ns === null ? "Overhead of profiling: unknown, the run did not measure it."
        : "Overhead of profiling: about " + durationText(run.overhead_ns) + ", " + valueText(run.overhead_percent, "percent") + " of the run.");
    if (run.calls_estimated) list.push("Calls are estimates: they come from code that was built with budget=on.");
    if (run.lost) list.push("Lost: " + countText(run.lost, "call") + " could not be recorded.");
    if (run.early) list.push("Early: " + countText(run.early, "call") + " happened before recording began.");
    (run.troubles || []).forEach(function (trouble) { list.push("Trouble: " + trouble + "."); });
    (report.idle_list_lines || []).slice(0, 20).forEach(function (item) {
        list.push(item.file + ":" + item.line + ": \u201c" + item.text + "\u201d names no function that was compiled.");
    });
    return list;
}

const summaryView = {
    id: "summary", title: "Summary", present: true,
    build: function (section) {
        const program = report.program, left = report.not_instrumented || [], totals = report.totals || {};
        const facts = make("div", {}, make("h2", {}, "The run"), pairList([["program", program.path], ["arguments", program.argv.slice(1).join(" ")],
            ["started", program.started], ["compiler", program.compiler], ["build id", program.build_id], ["mode", run.mode], ["clock", run.clock],
            ["ended", runState()], ["process", String(program.pid)], ["processes", run.processes > 1 ? String(run.processes) : ""],
            ["allocated", totals.allocated_bytes === null || totals.allocated_bytes === undefined ? "" : sizeText(totals.allocated_bytes)],
            ["heap at most", totals.peak_bytes === null || totals.peak_bytes === undefined ? "" : sizeText(totals.peak_bytes)],
            ["cache counts from", run.cache_source === "none" ? "" : run.cache_source]]));
        const notes = make("div", {}, make("h2", {}, "What the numbers do not cover"), linesOf(remarks()), make("h3", {}, "Left out"),
            left.length ? linesOf(left.map(function (item) { return countText(item.functions, "function") + ": " + item.reason; }))
                        : make("p", {}, "No function was left out."));
        section.append(make("div", {class: "cards"}, facts, notes), this.shortTable());
    },
    shortTable: function () {
        const columns = functionColumns(), table = new SortableTable(columns, {caption: "most expensive functions",
            onSort: function (word) { change({view: "functions", sort: word}); },
            onSelect: function (item) { change({view: "functions", "function": String(item.index)}); }});
        table.show(report.functions.slice(0, 12), "");
        return make("div", {}, make("h2", {}, "Most expensive functions"), table.wrapper);
    },
    show: function () {},
};

/* ---- Head ------------------------------------------------------------------- */

function fillHead() {
    const totalCalls = report.functions.reduce(function (sum, item) { return sum + item.calls; }, 0);
    byId("program").textContent = programName;
    byId("command").textContent = report.program.argv.join(" ");
    byId("command").title = report.program.argv.join(" ");
    const facts = [[valueText(run.wall_ns, "ns"), "wall time"], [valueText(run.threads, "count"), run.threads === 1 ? "thread" : "threads"],
        [groupedNumber(report.functions.length), "functions"], [groupedNumber(whole.count - 1), "contexts"],
        [whole.columns.calls ? (run.calls_estimated ? "~" : "") + groupedNumber(totalCalls) : "", "calls"],
        [run.mode, "mode"], [valueText(run.overhead_percent, "percent"), "overhead"]].filter(function (fact) { return fact[0]; });
    const totals = report.totals || {};
    if (totals.peak_bytes !== null && totals.peak_bytes !== undefined) facts.push([sizeText(totals.peak_bytes), "heap at most"]);
    facts.forEach(function (fact) { byId("facts").append(make("li", {}, make("b", {}, fact[0]), make("span", {}, fact[1]))); });
    const alarms = [];
    if (!run.complete) alarms.push(run.running ? "The program was still running when this was written." : "The run is not complete: it was killed.");
    if (run.lost) alarms.push(countText(run.lost, "call") + " could not be recorded.");
    if (run.mode === "budget") alarms.push("Calls are estimates, and who called whom is not known, so totals are own times: the program was built with budget=on.");
    else if (run.calls_estimated) alarms.push("Calls are estimates: a part of the program was built with budget=on.");
    if (!contexts.timed && !contexts.unit) alarms.push("Times are unknown: the run read no clock.");
    byId("alarm").hidden = alarms.length === 0;
    byId("alarm").textContent = alarms.join(" ");
}

/* ---- Tabs ------------------------------------------------------------------- */

const views = [flameView, functionsView, treeView, sourceView, allocationsView, leaksView, heapView, threadsView, adviceView, summaryView]
    .filter(function (view) { return view.present; });

function buildTabs() {
    views.forEach(function (view, idx) {
        view.tab = make("button", {type: "button", role: "tab", id: "tab-" + view.id, "aria-controls": "view-" + view.id,
            title: "key " + (idx + 1), click: function () { change({view: view.id, sort: ""}); }}, view.title);
        view.section = make("section", {role: "tabpanel", id: "view-" + view.id, "aria-labelledby": "tab-" + view.id, hidden: true});
        byId("tabs").append(view.tab);
        byId("views").append(view.section);
    });
    byId("tabs").addEventListener("keydown", function (event) {
        const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
        if (!by) return;
        const at = views.findIndex(function (view) { return view.id === state.view; });
        const next = views[(at + by + views.length) % views.length];
        change({view: next.id, sort: ""});
        next.tab.focus();
    });
}

function showView() {
    const view = views.find(function (one) { return one.id === state.view; }) || views[0];
    views.forEach(function (one) {
        one.section.hidden = one !== view;
        one.tab.setAttribute("aria-selected", one === view ? "true" : "false");
        one.tab.setAttribute("tabindex", one === view ? "0" : "-1");
    });
    if (!view.built) view.build(view.section);
    view.built = true;
    if (view !== flameView) line.replaceChildren();
    tip.hidden = true;
    view.show();
}

/* ---- Choices ---------------------------------------------------------------- */

function fillSelect(id, choices, key, more) {
    const select = byId(id);
    choices.forEach(function (choice) { select.append(make("option", {value: choice[0]}, choice[1])); });
    select.addEventListener("change", function () { change(Object.assign({[key]: select.value}, more)); });
    select.closest("label").dataset.only = choices.length < 2 ? "no" : "";
}

/* One choice a start function, since threads of a kind come in numbers. */
function threadChoices() {
    const choices = [["-1", "all"]];
    (contexts.groups || []).forEach(function (group, idx) {
        choices.push([String(idx), group.start.slice(0, 40) + (group.threads > 1 ? ", " + group.threads + " threads" : "")]);
    });
    return choices.length > 2 ? choices : [choices[0]];
}

function buildBar() {
    fillSelect("metric", metrics.map(function (metric) { return [metric.id, metric.name]; }), "metric", {});
    fillSelect("thread", threadChoices(), "thread", {zoom: "0"});
    fillSelect("order", [["down", "callers above callees"], ["up", "bottom up: self, then callers"], ["around", "around a function"]], "order", {zoom: "0"});
    fillSelect("file", source.files.map(function (file) { return [file.path, file.path]; }), "file", {"function": "-1"});
    byId("shape").addEventListener("click", function () { change({shape: state.shape === "flame" ? "icicle" : "flame"}); });
    byId("reset").addEventListener("click", resetPicture);
    byId("query").addEventListener("input", function () { change({query: byId("query").value.trim()}, true); });
    byId("theme").addEventListener("click", function () { change({theme: isDark() ? "light" : "dark"}, true); });
    byId("keys").addEventListener("click", showHelp);
}

function resetPicture() {
    change({zoom: "0", query: "", order: state.order === "around" ? "down" : state.order});
}

/* Which choices mean something in a view. */
const choicesOf = {metric: ["flame", "tree", "functions"], thread: ["flame", "tree", "functions"], order: ["flame"], shape: ["flame"], reset: ["flame"],
    file: ["source"], query: ["flame", "functions", "tree", "allocations", "leaks", "advice"]};

function showBar() {
    for (const id in choicesOf) {
        const element = byId(id), holder = id === "query" ? element.parentElement : element.closest("label") || element;
        holder.hidden = !choicesOf[id].includes(state.view) || holder.dataset.only === "no";
    }
    ["metric", "thread", "order", "file"].forEach(function (key) { if (state[key]) byId(key).value = state[key]; });
    const thread = byId("thread").closest("label"), told = contexts.parts && contexts.parts[currentMetric().column];
    if (!told) thread.hidden = true;
    byId("order").querySelector("[value=around]").disabled = !functions[Number(state["function"])];
    byId("shape").textContent = state.shape === "flame" ? "Grow down" : "Grow up";
    byId("shape").disabled = state.order === "around";
    byId("reset").disabled = state.zoom === "0" && !state.query && state.order !== "around";
    if (byId("query").value.trim() !== state.query) byId("query").value = state.query;
    const found = state.view === "flame" || state.view === "tree" ? matches() : null;
    const sum = found && matchedShare(currentTree(), currentMetric(), found);
    byId("matched").textContent = sum ? countText(sum.frames, "frame") + ", " + percentText(sum.share) + " of the whole" : "";
}

/* ---- Theme ------------------------------------------------------------------ */

const wantsDark = window.matchMedia("(prefers-color-scheme: dark)");

function isDark() {
    return state.theme === "dark" || (state.theme !== "light" && wantsDark.matches);
}

function showTheme() {
    document.documentElement.dataset.theme = isDark() ? "dark" : "light";
    byId("theme").textContent = isDark() ? "Light" : "Dark";
    byId("theme").title = "key t";
}

/* ---- Keys ------------------------------------------------------------------- */

const keyHelp = [["1 to 9", "the views"], ["/", "search"], ["Esc", "end the search, show the whole picture"], ["t", "dark or light"],
    ["m", "next metric"], ["i", "flame or icicle"], ["arrows", "in a picture: walk from frame to frame; in the tree: walk, open, close"],
    ["Enter", "zoom into the frame; choose the function"], ["Backspace", "zoom out by one caller"], ["f", "flame graphs around the chosen frame's function"], ["?", "this list"]];

function showHelp() {
    const help = byId("help");
    if (!help.firstChild) {
        const list = make("dl", {class: "pairs"});
        keyHelp.forEach(function (pair) { list.append(make("dt", {}, make("kbd", {}, pair[0])), make("dd", {}, pair[1])); });
        help.append(make("h2", {}, "Keys"), list, make("div", {class: "actions"}, make("button", {type: "button", click: function () { help.close(); }}, "Close")));
    }
    help.showModal();
}

function aroundPicked() {
    const chart = flameView.shown, box = chart && (chart.boxAt(chart.picked) || chart.boxAt(chart.hovered));
    const func = box ? chart.tree.func[box.node] : Number(state["function"]);
    if (func >= 0) change({view: "flame", order: "around", "function": String(func), zoom: "0"});
}

const keyActions = {
    "/": function () { byId("query").focus(); },
    t: function () { byId("theme").click(); },
    i: function () { byId("shape").click(); },
    m: function () {
        const at = metrics.findIndex(function (metric) { return metric.id === state.metric; });
        change({metric: metrics[(at + 1) % metrics.length].id});
    },
    f: aroundPicked,
    "?": showHelp,
};

document.addEventListener("keydown", function (event) {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.ctrlKey || event.altKey || event.metaKey || byId("help").open) return;
    if (event.key === "Escape") {
        resetPicture();
        if (typing) event.target.blur();
        return;
    }
    if (typing) return;
    if (/^[1-9]$/.test(event.key) && views[event.key - 1]) change({view: views[event.key - 1].id, sort: ""});
    else if (keyActions[event.key]) keyActions[event.key]();
    else return;
    event.preventDefault();
});

/* ---- Start ------------------------------------------------------------------ */

function showAll() {
    showTheme();
    showBar();
    showView();
}

readFragment();
fillHead();
buildTabs();
buildBar();
onChange(showAll);
wantsDark.addEventListener("change", showAll);
showAll();
document.documentElement.dataset.ready = Math.round(performance.now());
