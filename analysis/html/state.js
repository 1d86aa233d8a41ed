/* Which view of what is open.  It stands in the URL's fragment, so that a view
 * can be sent as a link and the browser's back button goes back to it. */
"use strict";

const defaults = {
    view: "flame", metric: metrics[0].id, thread: "-1", order: "down", shape: "icicle", zoom: "0",
    "function": "-1", query: "", sort: "", file: "", theme: "",
};
const state = Object.assign({}, defaults);
const listeners = [];

function readFragment() {
    const words = new URLSearchParams(location.hash.slice(1));
    for (const key in defaults) state[key] = words.has(key) ? words.get(key) : defaults[key];
    state.metric = metricById(state.metric).id;
}

function fragment() {
    const words = new URLSearchParams();
    for (const key in defaults) if (String(state[key]) !== defaults[key]) words.set(key, state[key]);
    return "#" + words.toString();
}

/* Changes the state and shows it.  `quiet` makes no entry in the history: for
 * typing, which would make one for each letter. */
function change(values, quiet) {
    /* A bottom-up tree is another one for each metric, and its nodes are, too. */
    if (values.metric && state.order === "up") values.zoom = "0";
    Object.assign(state, values);
    const next = location.pathname + location.search + fragment();
    try {
        if (quiet) history.replaceState(null, "", next);
        else history.pushState(null, "", next);
    } catch (refused) {
        location.hash = fragment(); /* some browsers keep the history from local files */
    }
    listeners.forEach(function (listener) { listener(); });
}

function onChange(listener) {
    listeners.push(listener);
}

window.addEventListener("popstate", function () {
    readFragment();
    listeners.forEach(function (listener) { listener(); });
});
window.addEventListener("hashchange", function () {
    if (location.hash === fragment() || (location.hash === "" && fragment() === "#")) return;
    readFragment();
    listeners.forEach(function (listener) { listener(); });
});

/* ---- The search ----------------------------------------------------------- */

/* A test of names for the words typed: a regular expression if it is one. */
function matcher(words) {
    if (!words) return null;
    let pattern;
    try {
        pattern = new RegExp(words, "i");
    } catch (notAnExpression) {
        pattern = new RegExp(words.replace(/[^\w\s]/g, "\\$&"), "i");
    }
    return function (item) { return pattern.test(item.name) || pattern.test(item.label || ""); };
}

/* By function, whether it matches; null without a search. */
let matchCache = {query: "", found: null};
function matches() {
    if (matchCache.query !== state.query) {
        const test = matcher(state.query);
        matchCache = {query: state.query, found: test && Uint8Array.from(functions, function (item) { return test(item) ? 1 : 0; })};
    }
    return matchCache.found;
}

/* The share of a tree's whole that matching functions cover, nested ones once. */
function matchedShare(tree, metric, found) {
    const sums = tree.total(metric), inside = new Uint8Array(tree.count);
    let sum = 0, frames = 0;
    for (let node = 1; node < tree.count; node++) {
        const hit = found[tree.func[node]];
        frames += hit;
        if (hit && !inside[tree.parent[node]]) sum += sums[node];
        inside[node] = hit || inside[tree.parent[node]];
    }
    return {frames: frames, share: sums[0] > 0 ? sum / sums[0] : 0};
}
