/* The views, one object each: {id, title, present, build(section), show()}.  A view
 * is built when it is opened first and shown again at every change of the state. */
"use strict";

function currentMetric() {
    return metricById(state.metric);
}

function currentTree() {
    const known = contexts.parts && contexts.parts[currentMetric().column];
    return treeOfThreads(known ? Number(state.thread) : -1);
}

function selectFunction(idx) {
    change({"function": String(idx)});
}

/* ---- Flame graph ---------------------------------------------------------- */

const derived = new Map(); /* trees made of others, by what they were made for */
function derivedTree(kind, tree, func, metric) {
    const key = [kind, state.thread, func, metric.id].join();
    if (!derived.has(key)) {
        if (derived.size > 12) derived.clear();
        derived.set(key, kind === "callers" ? callersTree(tree, func, metric)
            : kind === "callees" ? calleesTree(tree, func) : bottomUpTree(tree, metric));
    }
    return derived.get(key);
}

const flameView = {
    id: "flame", title: "Flame graph", present: true,
    build: function (section) {
        section.classList.add("flame");
        const zoom = function (node, chart, quiet) {
            if (state.order === "around") {
                const func = chart.tree.func[node];
                if (func >= 0) change({"function": String(func)}, quiet);
            } else change({zoom: String(node)}, quiet);
        };
        const hint = function () { return "Each frame is a function, as wide as its share. Click, Enter or Ctrl and the wheel zoom, arrow keys walk, Backspace goes back up."; };
        this.main = new Chart({label: "flame graph", onZoom: zoom, onPick: describeFrame});
        this.callers = new Chart({label: "callers", onZoom: zoom, onPick: describeFrame, callers: true, short: true});
        this.callees = new Chart({label: "callees", onZoom: zoom, onPick: describeFrame});
        [this.main, this.callers, this.callees].forEach(function (chart) { chart.hint = hint; });
        this.crumbs = make("nav", {class: "crumbs", "aria-label": "path to the zoomed frame"});
        this.above = make("p", {class: "chart-title"}, "Callers: each as wide as what the function took when called from there");
        this.below = make("p", {class: "chart-title"}, "Callees");
        this.overview = new Overview(this.main, zoom);
        section.append(this.crumbs, this.overview.element, this.main.element, this.above, this.callers.element, this.below, this.callees.element);
    },
    show: function () {
        const metric = currentMetric(), tree = currentTree(), func = Number(state["function"]);
        const around = state.order === "around" && functions[func];
        this.main.element.hidden = this.overview.element.hidden = Boolean(around);
        [this.above, this.callers.element, this.below, this.callees.element].forEach(function (part) { part.hidden = !around; });
        if (around) {
            this.fillCrumbs([{text: functions[func].label, go: function () {}}]);
            this.callers.show(derivedTree("callers", tree, func, metric), metric, 0, matches(), true);
            this.callees.show(derivedTree("callees", tree, func, metric), metric, 0, matches(), false);
            this.shown = this.callees;
        } else {
            const shown = state.order === "up" ? derivedTree("bottom", tree, -1, metric) : tree;
            this.main.options.callers = state.order === "up";
            const top = Number(state.zoom) < shown.count ? Number(state.zoom) : 0;
            this.main.show(shown, metric, top, matches(), state.shape === "flame");
            this.fillCrumbs(shown.path(top).map(function (node) {
                return {text: node && functions[shown.func[node]].brief || programName, go: function () { change({zoom: String(node)}); }};
            }));
            this.shown = this.main;
        }
        describeFrame(this.shown.boxAt(this.shown.picked), null, this.shown);
    },
    fillCrumbs: function (steps) {
        this.crumbs.replaceChildren();
        steps.forEach(function (step, idx) {
            if (idx) this.crumbs.append(make("span", {"aria-hidden": "true"}, "\u203a"));
            this.crumbs.append(make("button", {type: "button", click: step.go, title: step.text}, step.text));
        }, this);
        this.crumbs.scrollLeft = this.crumbs.scrollWidth;
    },
};

/* ---- Functions ------------------------------------------------------------ */

function isKnown(key) {
    return report.functions.some(function (item) { return item[key] !== null && item[key] !== undefined; });
}

function field(key) {
    return function (item) { return item[key]; };
}

function nameCell(item) {
    return make("span", {class: "named"}, make("span", {class: "swatch", style: "background:" + colourOf(item.name), "aria-hidden": "true"}),
        functionLink(item.index, selectFunction), make("span", {class: "place", title: placeText(item)}, shortPlace(item)));
}

/* Self time, or another profiler's samples. */
const selfKey = contexts.unit ? "self_amount" : "self_ns";
const mostSelf = report.functions.length ? report.functions[0][selfKey] || 0 : 0;
const allSelf = whole.total(metrics[0])[0]; /* of the program, as in the report's text */

function functionColumns() {
    const columns = [
        {id: "share", title: "self %", unit: "percent", key: selfKey, help: "share of all that was measured",
         value: function (item) { return item[selfKey] === null ? null : 100 * item[selfKey] / (allSelf || 1); },
         bar: function (item) { return item[selfKey] / (mostSelf || 1); }, minor: "minor"},
        {id: "self_amount", title: "self " + contexts.unit, unit: "count", key: "self_amount"},
        {id: "total_amount", title: "total " + contexts.unit, unit: "count", key: "total_amount"},
        {id: "self", title: "self", unit: "ns", key: "self_ns", help: "time in the function itself"},
        {id: "total", title: "total", unit: "ns", key: "total_ns", help: "time with what it calls"},
        {id: "calls", title: "calls", unit: "count", key: "calls", help: run.calls_estimated ? "estimated" : "exact"},
        {id: "avg", title: "average", unit: "ns", key: "avg_ns", help: "total of a call", minor: "minor"},
        {id: "p50", title: "median", unit: "ns", key: "p50_ns", help: "half of the calls were shorter", minor: "minor told"},
        {id: "p99", title: "p99", unit: "ns", key: "p99_ns", help: "99 of 100 calls were shorter", minor: "minor told"},
        {id: "max", title: "longest", unit: "ns", key: "max_ns", help: "the longest call that was timed", minor: "minor told"},
        {id: "alloc_count", title: "allocations", unit: "count", key: "alloc_count", minor: "minor told"},
        {id: "alloc_bytes", title: "allocated", unit: "bytes", key: "alloc_bytes", minor: "minor"},
    ].filter(function (column) { return isKnown(column.key); });
    columns.forEach(function (column) { column.value = column.value || field(column.key); });
    columns.push({id: "name", title: "function", value: function (item) { return item.label.toLowerCase(); }, cell: nameCell});
    return columns;
}

const functionsView = {
    id: "functions", title: "Functions", present: true,
    build: function (section) {
        this.table = new SortableTable(functionColumns(), {caption: "functions",
            onSort: function (word) { change({sort: word}, true); },
            onSelect: function (item) { selectFunction(item.index); },
            selected: function (item) { return String(item.index) === state["function"]; }});
        this.count = make("p", {class: "count"});
        this.table.wrapper.prepend(this.count);
        this.panel = make("aside", {"aria-label": "the chosen function", tabindex: "0"});
        section.append(make("div", {class: "split"}, this.table.wrapper, this.panel));
    },
    show: function () {
        const found = matches(), rows = report.functions.filter(function (item) { return !found || found[item.index]; });
        const sort = state.sort || (contexts.unit ? "self_amount" : isKnown("self_ns") ? "self" : "calls"), key = [state.query, sort].join("\n");
        if (key !== this.key) this.table.show(rows, sort);
        else this.table.body.querySelectorAll("tr").forEach(function (row, idx) {
            if (String(this.table.rows[idx].index) === state["function"]) row.setAttribute("aria-selected", "true");
            else row.removeAttribute("aria-selected");
        }, this);
        this.key = key;
        this.count.textContent = found ? groupedNumber(rows.length) + " of " + countText(report.functions.length, "function") + " match"
                                       : countText(rows.length, "function");
        fillPanel(this.panel, Number(state["function"]), currentTree(), currentMetric());
    },
};

/* ---- Tree ----------------------------------------------------------------- */

const childrenAtOnce = 100;

const treeView = {
    id: "tree", title: "Call tree", present: true,
    build: function (section) {
        this.head = make("thead", {});
        this.body = make("tbody", {});
        this.body.addEventListener("keydown", this.key.bind(this));
        this.panel = make("aside", {"aria-label": "the chosen function", tabindex: "0"});
        const table = make("table", {role: "treegrid"}, make("caption", {class: "hidden"}, "call tree"), this.head, this.body);
        section.append(make("div", {class: "split"}, make("div", {class: "list"}, table), this.panel));
    },
    show: function () {
        const metric = currentMetric(), tree = currentTree(), key = [metric.id, state.thread, state.query].join("\n");
        fillPanel(this.panel, Number(state["function"]), tree, metric);
        if (key === this.shownKey) return this.mark();
        this.shownKey = key;
        this.metric = metric;
        this.tree = tree;
        this.children = tree.childrenBy(metric);
        this.sums = tree.total(metric);
        this.found = matches();
        this.head.replaceChildren(make("tr", {}, ...[metric.unit === "ns" ? "total" : metric.name, "share", "self", "calls"].map(function (title, idx) {
            return make("th", {scope: "col", class: idx < 2 ? "number" : "number minor"}, make("span", {}, title));
        }), make("th", {scope: "col"}, make("span", {}, "function"))));
        this.body.replaceChildren(this.row(0));
        this.openHot();
        return undefined;
    },
    /* Opens the way that most of it went. */
    openHot: function () {
        let row = this.body.firstElementChild;
        while (row && row.getAttribute("aria-expanded") === "false") {
            const node = Number(row.dataset.node);
            if (node && this.sums[node] < 0.25 * this.sums[0]) break;
            this.open(row);
            row = row.nextElementSibling;
        }
    },
    row: function (node) {
        const tree = this.tree, level = tree.depth[node], leaf = this.children.start[node] === this.children.start[node + 1];
        const share = this.sums[0] > 0 ? this.sums[node] / this.sums[0] : 0, func = tree.func[node];
        const amount = make("td", {class: "number"}, valueText(this.sums[node], this.metric.unit));
        const part = make("td", {class: "number bar"}, percentText(share));
        part.style.setProperty("--share", (100 * share).toFixed(1) + "%");
        const step = make("div", {class: "step", style: "padding-left:" + Math.min(level, 80) * 10 + "px"},
            make("button", {class: "twist", type: "button", tabindex: "-1", "aria-hidden": "true",
                click: function (event) { event.stopPropagation(); this.toggle(event.target.closest("tr")); }.bind(this)}, leaf ? "" : "\u25b8"),
            func < 0 ? make("span", {class: "code"}, programName) : functionLink(func, selectFunction),
            func >= 0 ? make("span", {class: "place"}, "\u2002" + shortPlace(functions[func])) : "");
        const row = make("tr", {"aria-level": level + 1, tabindex: node ? "-1" : "0", "data-node": node, "aria-expanded": leaf ? null : "false",
            "aria-selected": func >= 0 && String(func) === state["function"] ? "true" : null}, amount, part,
            make("td", {class: "number minor"}, this.metric.id === "calls" ? "" : valueText(tree.own(this.metric, node), this.metric.unit)),
            make("td", {class: "number minor"}, func < 0 || !tree.columns.calls ? "" : groupedNumber(tree.columns.calls[node] || (tree.columns.alloc_count ? tree.columns.alloc_count[node] : 0))), make("td", {class: "name"}, step));
        if (this.found && func >= 0 && this.found[func]) row.classList.add("hit");
        row.addEventListener("click", function () { if (func >= 0) selectFunction(func); });
        return row;
    },
    open: function (row, from) {
        const node = Number(row.dataset.node), start = this.children.start[node] + (from || 0), end = this.children.start[node + 1];
        const part = document.createDocumentFragment(), stop = Math.min(end, start + childrenAtOnce);
        for (let idx = start; idx < stop; idx++) part.append(this.row(this.children.list[idx]));
        if (stop < end) part.append(this.rest(row, stop - this.children.start[node], end - stop));
        row.setAttribute("aria-expanded", "true");
        row.querySelector(".twist").textContent = "\u25be";
        let last = row;
        if (from) while (last.nextElementSibling && Number(last.nextElementSibling.getAttribute("aria-level")) > Number(row.getAttribute("aria-level")))
            last = last.nextElementSibling;
        last.after(part);
    },
    rest: function (row, from, count) {
        const level = Number(row.getAttribute("aria-level")) + 1;
        const button = make("button", {type: "button", click: function () { more.remove(); this.open(row, from); }.bind(this)}, countText(count, "more callee"));
        const more = make("tr", {"aria-level": level, "data-node": -1}, make("td", {colspan: 2}), make("td", {colspan: 2, class: "minor"}),
            make("td", {class: "name"}, button));
        return more;
    },
    close: function (row) {
        const level = Number(row.getAttribute("aria-level"));
        while (row.nextElementSibling && Number(row.nextElementSibling.getAttribute("aria-level")) > level) row.nextElementSibling.remove();
        row.setAttribute("aria-expanded", "false");
        row.querySelector(".twist").textContent = "\u25b8";
    },
    toggle: function (row) {
        if (row.getAttribute("aria-expanded") === "false") this.open(row);
        else if (row.getAttribute("aria-expanded") === "true") this.close(row);
    },
    mark: function () {
        this.body.querySelectorAll("tr").forEach(function (row) {
            const func = Number(row.dataset.node) > 0 ? this.tree.func[Number(row.dataset.node)] : -1;
            if (func >= 0 && String(func) === state["function"]) row.setAttribute("aria-selected", "true");
            else row.removeAttribute("aria-selected");
        }, this);
    },
    key: function (event) {
        const row = event.target.closest("tr"), expanded = row.getAttribute("aria-expanded");
        if (event.target !== row && event.key === "Enter") return;
        if (event.key === "ArrowDown") this.focus(row.nextElementSibling);
        else if (event.key === "ArrowUp") this.focus(row.previousElementSibling);
        else if (event.key === "ArrowRight" && expanded === "false") this.open(row);
        else if (event.key === "ArrowRight") this.focus(row.nextElementSibling);
        else if (event.key === "ArrowLeft" && expanded === "true") this.close(row);
        else if (event.key === "ArrowLeft") this.focus(this.parentRow(row));
        else if (event.key === "Enter" && this.tree.func[Number(row.dataset.node)] >= 0) selectFunction(this.tree.func[Number(row.dataset.node)]);
        else return;
        event.preventDefault();
    },
    parentRow: function (row) {
        const level = Number(row.getAttribute("aria-level"));
        let above = row.previousElementSibling;
        while (above && Number(above.getAttribute("aria-level")) >= level) above = above.previousElementSibling;
        return above;
    },
    focus: function (row) {
        if (!row) return;
        this.body.querySelectorAll("tr[tabindex='0']").forEach(function (other) { other.setAttribute("tabindex", "-1"); });
        row.setAttribute("tabindex", "0");
        row.focus();
    },
};
