/* What the page shows: the documents in it, and trees made of them.  A tree is
 * columns of numbers, parents before children, so that a hundred thousand nodes
 * are a few arrays and every sum is one backward loop. */
"use strict";

function embedded(id) {
    const element = document.getElementById(id);
    return element ? JSON.parse(element.textContent) : null;
}

const report = embedded("report");
const contexts = embedded("contexts");

/* Functions that ran, as the report lists them, then those of the tree that it does not. */
const functions = report.functions.concat(contexts.extra);
functions.forEach(function (item, idx) {
    item.index = idx;
    item.label = contexts.labels[idx] || item.name || "[no name]";
    item.brief = contexts.briefs[idx] || item.label;
});
const programName = contexts.program;

/* What the width of a frame can mean.  `column`: of the contexts, the node's own
 * part; what no source has measured is not in the document, so not on offer. */
const metrics = [
    {id: "amount", name: contexts.unit, unit: "count", column: "self_amount"},
    {id: "total_time", name: "time", unit: "ns", column: "self_ns"},
    {id: "calls", name: "calls", unit: "count", column: "calls"},
    {id: "alloc_count", name: "allocations", unit: "count", column: "alloc_count"},
    {id: "alloc_bytes", name: "allocated bytes", unit: "bytes", column: "alloc_bytes"},
    {id: "live_bytes", name: "live bytes", unit: "bytes", column: "live_bytes"},
    {id: "peak_bytes", name: "bytes at the peak", unit: "bytes", column: "peak_bytes"},
    {id: "cache_misses", name: "cache misses", unit: "count", column: "cache_misses"},
].filter(function (metric) { return Array.isArray(contexts.columns[metric.column]); });

function metricById(id) {
    return metrics.find(function (metric) { return metric.id === id; }) || metrics[0];
}

/* ---- Trees ---------------------------------------------------------------- */

class Tree {
    /* `columns`: own amounts by metric id; func -1 is the program itself. */
    constructor(parent, func, columns) {
        this.count = parent.length;
        this.parent = parent;
        this.func = func;
        this.columns = columns;
        this.depth = new Uint16Array(this.count);
        for (let node = 1; node < this.count; node++) this.depth[node] = this.depth[parent[node]] + 1;
        this.totals = {};
        this.children = {};
    }

    own(metric, node) {
        const column = this.columns[metric.id];
        return column ? column[node] : 0;
    }

    /* Sums over subtrees, by node. */
    total(metric) {
        if (this.totals[metric.id]) return this.totals[metric.id];
        const sums = Float64Array.from(this.columns[metric.id] || new Float64Array(this.count));
        for (let node = this.count - 1; node > 0; node--) sums[this.parent[node]] += sums[node];
        this.totals[metric.id] = sums;
        return sums;
    }

    /* {start, list}: the children of node n are list[start[n] .. start[n + 1]), the
     * widest first.  Made once a metric: all nodes are sorted, then dealt out to
     * their parents. */
    childrenBy(metric) {
        if (this.children[metric.id]) return this.children[metric.id];
        const sums = this.total(metric), start = new Int32Array(this.count + 1);
        const sorted = new Int32Array(Math.max(0, this.count - 1));
        for (let node = 1; node < this.count; node++) {
            sorted[node - 1] = node;
            start[this.parent[node] + 1]++;
        }
        sorted.sort(function (one, other) { return sums[other] - sums[one] || one - other; });
        for (let node = 0; node < this.count; node++) start[node + 1] += start[node];
        const next = start.slice(), list = new Int32Array(sorted.length);
        for (const node of sorted) list[next[this.parent[node]]++] = node;
        this.children[metric.id] = {start: start, list: list};
        return this.children[metric.id];
    }

    /* The node behind the last one below `node`; only for trees in pre-order. */
    end(node) {
        let at = node + 1;
        while (at < this.count && this.depth[at] > this.depth[node]) at++;
        return at;
    }

    name(node) {
        return this.func[node] < 0 ? programName : functions[this.func[node]].label;
    }

    path(node) {
        const nodes = [];
        for (let at = node; at > 0; at = this.parent[at]) nodes.push(at);
        nodes.push(0);
        return nodes.reverse();
    }
}

/* Collects a tree node by node, merging by parent and function. */
class TreeMaker {
    constructor(rootFunc) {
        this.parent = [-1];
        this.func = [rootFunc];
        this.byKey = new Map();
        this.columns = {};
        metrics.forEach(function (metric) { this.columns[metric.id] = [0]; }, this);
    }

    child(parent, func) {
        const key = parent * (functions.length + 1) + func;
        let node = this.byKey.get(key);
        if (node === undefined) {
            node = this.parent.length;
            this.byKey.set(key, node);
            this.parent.push(parent);
            this.func.push(func);
            for (const id in this.columns) this.columns[id].push(0);
        }
        return node;
    }

    finish() {
        const columns = {};
        for (const id in this.columns) columns[id] = Float64Array.from(this.columns[id]);
        return new Tree(Int32Array.from(this.parent), Int32Array.from(this.func), columns);
    }
}

function wholeTree() {
    const depth = contexts.columns.depth, count = depth.length;
    const parent = new Int32Array(count), path = [];
    for (let node = 0; node < count; node++) {
        parent[node] = node ? path[depth[node] - 1] : -1;
        path[depth[node]] = node;
    }
    const columns = {};
    metrics.forEach(function (metric) {
        columns[metric.id] = Float64Array.from(contexts.columns[metric.column]);
    });
    return new Tree(parent, Int32Array.from(contexts.columns["function"]), columns);
}

const whole = wholeTree();

/* The tree of some threads alone: of each node, their parts of its amounts. */
const threadTrees = new Map();
function treeOfThreads(group) {
    if (group < 0 || !contexts.parts) return whole;
    if (threadTrees.has(group)) return threadTrees.get(group);
    const parts = contexts.parts, columns = {};
    metrics.forEach(function (metric) {
        const sums = new Float64Array(whole.count), own = parts[metric.column];
        if (!own) return; /* allocations are not told apart by threads */
        for (let idx = 0; own && idx < own.length; idx++)
            if (parts.group[idx] === group) sums[parts.node[idx]] += own[idx];
        columns[metric.id] = sums;
    });
    const tree = new Tree(whole.parent, whole.func, columns);
    threadTrees.set(group, tree);
    return tree;
}

/* Nodes of a function; `outermost` leaves out those below another of the same. */
function nodesOf(tree, func, outermost) {
    const found = [];
    const inside = new Uint8Array(tree.count);
    for (let node = 1; node < tree.count; node++) {
        const above = inside[tree.parent[node]], same = tree.func[node] === func;
        if (same && (!outermost || !above)) found.push(node);
        inside[node] = above || same ? 1 : 0;
    }
    return found;
}

/* What a function calls, all its contexts together. */
function calleesTree(tree, func) {
    const maker = new TreeMaker(func), made = new Int32Array(tree.count).fill(-1);
    const tops = new Uint8Array(tree.count);
    nodesOf(tree, func, true).forEach(function (node) { tops[node] = 1; });
    for (let node = 1; node < tree.count; node++) {
        const above = made[tree.parent[node]];
        if (above < 0 && !tops[node]) continue;
        const at = tops[node] ? 0 : maker.child(above, tree.func[node]);
        made[node] = at;
        for (const id in maker.columns) maker.columns[id][at] += tree.columns[id][node];
    }
    return maker.finish();
}

/* Groups narrower than this part of the whole are not told apart any more: without
 * it a bottom-up tree has as many nodes as all paths have steps. */
const tooNarrow = 1 / 8000;

/* Callers below their callee.  `starts`: nodes to go up from; amounts(metric, node):
 * what such a node brings along. */
function upwardTree(tree, metric, rootFunc, starts, amounts, above) {
    const parent = [-1], func = [rootFunc], columns = {};
    metrics.forEach(function (item) { columns[item.id] = [0]; });
    const weight = amounts(metric), least = starts.reduce(function (sum, node) { return sum + weight(node); }, 0) * tooNarrow;
    const open = [{at: 0, starts: starts, cursors: starts, depth: 0}];
    const keep = function (at, node) {
        metrics.forEach(function (item) { columns[item.id][at] += amounts(item)(node); });
    };
    while (open.length) {
        const group = open.pop(), parts = new Map();
        group.starts.forEach(function (node, idx) {
            const cursor = group.depth || above ? tree.parent[group.cursors[idx]] : group.cursors[idx];
            if (cursor <= 0) return keep(group.at, node);
            const key = tree.func[cursor];
            const part = parts.get(key) || {starts: [], cursors: [], sum: 0};
            part.starts.push(node);
            part.cursors.push(cursor);
            part.sum += weight(node);
            parts.set(key, part);
            return undefined;
        });
        parts.forEach(function (part, key) {
            const at = parent.length;
            parent.push(group.at);
            func.push(key);
            for (const id in columns) columns[id].push(0);
            if (part.sum >= least && group.depth < 1000) open.push({at: at, starts: part.starts, cursors: part.cursors, depth: group.depth + 1});
            else part.starts.forEach(function (node) { keep(at, node); });
        });
    }
    for (const id in columns) columns[id] = Float64Array.from(columns[id]);
    return new Tree(Int32Array.from(parent), Int32Array.from(func), columns);
}

/* Who calls a function: each caller as wide as what the function took, with all
 * that it called, when it was called from there. */
function callersTree(tree, func, metric) {
    return upwardTree(tree, metric, func, nodesOf(tree, func, true), function (item) {
        const sums = tree.total(item);
        return function (node) { return sums[node]; };
    }, true);
}

/* Every function by its own part, its callers below it. */
function bottomUpTree(tree, metric) {
    const column = tree.columns[metric.id], starts = [];
    for (let node = 1; node < tree.count; node++) if (column[node] > 0) starts.push(node);
    return upwardTree(tree, metric, -1, starts, function (item) {
        return function (node) { return tree.columns[item.id][node]; };
    }, false);
}

/* ---- Callers and callees -------------------------------------------------- */

/* [{func, calls, amount}] of the functions around one; `amount` is the metric's
 * total of the callee below that caller. */
function neighbours(tree, func, metric, callers) {
    const sums = new Map(), total = tree.total(metric), calls = tree.columns.calls || new Float64Array(tree.count);
    const ends = new Map(); /* of the last edge that counted, by key: nodes are in pre-order */
    for (let node = 1; node < tree.count; node++) {
        const above = tree.func[tree.parent[node]];
        if ((callers ? tree.func[node] : above) !== func) continue;
        const key = callers ? above : tree.func[node];
        const sum = sums.get(key) || {func: key, calls: 0, amount: 0};
        sum.calls += calls[node];
        if (!(node < ends.get(key))) { /* else below a call between the same two: counted there */
            sum.amount += total[node];
            ends.set(key, tree.end(node));
        }
        sums.set(key, sum);
    }
    return Array.from(sums.values()).sort(function (one, other) {
        return other.amount - one.amount || other.calls - one.calls;
    });
}

/* ---- Colours -------------------------------------------------------------- */

/* The same hash of the name's bytes as flame.c's: a function has one colour. */
const utf8 = new TextEncoder();
const colours = new Map();
function colourOf(name) {
    let colour = colours.get(name);
    if (colour) return colour;
    let hash = 2166136261;
    for (const byte of utf8.encode(name)) hash = Math.imul(hash ^ byte, 16777619) >>> 0;
    hash = (hash ^ hash >>> 15) >>> 0;
    const parts = [222 + hash % 33, 110 + Math.floor(hash / 33) % 105, 50 + Math.floor(hash / 4096) % 56];
    colour = "#" + parts.map(function (part) { return part.toString(16).padStart(2, "0"); }).join("");
    colours.set(name, colour);
    return colour;
}
