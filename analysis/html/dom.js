/* Making elements.  All text goes in as text, never as markup: names are whatever
 * a compiler was given. */
"use strict";

/* make("td", {class: "number"}, "text", child...) ; a function value listens. */
function make(kind, attributes) {
    const element = document.createElement(kind);
    for (const key in attributes || {}) {
        const value = attributes[key];
        if (typeof value === "function") element.addEventListener(key, value);
        else if (value === true) element.setAttribute(key, "");
        else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value);
    }
    for (let idx = 2; idx < arguments.length; idx++)
        if (arguments[idx] !== null && arguments[idx] !== undefined && arguments[idx] !== "")
            element.append(arguments[idx]);
    return element;
}

const svgSpace = "http://www.w3.org/2000/svg";
function makeSvg(kind, attributes) {
    const element = document.createElementNS(svgSpace, kind);
    for (const key in attributes || {}) element.setAttribute(key, attributes[key]);
    for (let idx = 2; idx < arguments.length; idx++) element.append(arguments[idx]);
    return element;
}

function byId(id) {
    return document.getElementById(id);
}

/* [[term, description]...] without those that are empty. */
function pairList(pairs) {
    const list = make("dl", {class: "pairs"});
    pairs.forEach(function (pair) {
        if (pair[1] !== "" && pair[1] !== null && pair[1] !== undefined)
            list.append(make("dt", {}, pair[0]), make("dd", {}, pair[1]));
    });
    return list;
}

function placeText(item) {
    return item && item.file ? item.file + (item.line ? ":" + item.line : "") : "";
}

/* The last two parts of a path say enough beside a name. */
function shortPlace(item) {
    return placeText(item).split("/").slice(-2).join("/");
}
