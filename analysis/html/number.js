/* Numbers as people read them: the same digits and units as number.c writes, so
 * that page, picture and terminal say the same.  Used by every other script of
 * the page. */
"use strict";

function groupedNumber(value) {
    return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");
}

function withUnit(value, units) {
    let idx = 0;
    while (idx + 1 < units.length && value >= units[idx + 1][1] * 0.9995) idx++;
    const shown = value / units[idx][1];
    return shown.toFixed(idx === 0 || shown >= 99.95 ? 0 : shown >= 9.995 ? 1 : 2) + "\u00a0" + units[idx][0];
}

function durationText(nanoseconds) {
    return withUnit(nanoseconds, [["ns", 1], ["\u00b5s", 1e3], ["ms", 1e6], ["s", 1e9]]);
}

function sizeText(bytes) {
    return withUnit(bytes, [["bytes", 1], ["KiB", 1024], ["MiB", 1048576], ["GiB", 1073741824]]);
}

function percentText(share) {
    return (100 * share).toFixed(1) + "\u00a0%";
}

/* A value by its unit: "ns", "bytes", "count", "percent" (of 100). */
function valueText(value, unit) {
    if (value === null || value === undefined) return "";
    if (unit === "ns") return durationText(value);
    if (unit === "bytes") return sizeText(value);
    if (unit === "percent") return value.toFixed(1) + "\u00a0%";
    return groupedNumber(value);
}

function countText(value, noun) {
    return groupedNumber(value) + " " + noun + (value === 1 ? "" : "s");
}
