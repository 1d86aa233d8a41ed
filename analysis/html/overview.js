/* What stands above a flame chart: the whole picture, small, with the zoomed part
 * marked in it, and an axis for the widths below.  Both only show again what crumbs,
 * tooltips and the call tree say, so screen readers and the Tab key skip them. */
"use strict";

const overviewHeight = 36;
const tickRoom = 90; /* CSS pixels that a tick's text may need */

/* Round steps of an axis: 1, 2 or 5 times a power of ten; of bytes a power of two. */
function tickStep(whole, unit, most) {
    const least = whole / Math.max(1, most);
    if (unit === "bytes") return Math.pow(2, Math.max(0, Math.ceil(Math.log2(least))));
    const power = Math.pow(10, Math.floor(Math.log10(least)));
    const step = [1, 2, 5, 10].find(function (factor) { return factor * power >= least; }) * power;
    return Math.max(1, step); /* all units are whole */
}

/* 500 ms and 1 s, not 500 ms and 1.00 s. */
function tickText(value, unit) {
    return value ? valueText(value, unit).replace(/\.(\d*?)0+(?=\u00a0)/, function (all, digits) { return digits ? "." + digits : ""; }) : "0";
}

class Overview {
    constructor(chart, onZoom) {
        this.chart = chart;
        this.canvas = make("canvas", {class: "overview"});
        this.axis = make("div", {class: "axis"});
        this.element = make("div", {"aria-hidden": "true"}, this.canvas, this.axis);
        this.canvas.addEventListener("click", function (event) {
            const box = this.boxAt(event.offsetX, event.offsetY);
            if (box && !box.merged) onZoom(box.node, chart);
        }.bind(this));
        chart.onPlaced = this.show.bind(this);
    }

    show() {
        const chart = this.chart, key = [chart.metric.id, chart.pixels].join();
        if (this.tree !== chart.tree || this.key !== key) this.levels = layoutFrames(chart.tree, chart.metric, 0, chart.pixels).levels;
        this.tree = chart.tree;
        this.key = key;
        this.tall = Math.min(4, overviewHeight / this.levels.length);
        this.draw();
        this.showAxis();
    }

    topOf(level) {
        return this.chart.upwards ? overviewHeight - (level + 1) * this.tall : level * this.tall;
    }

    draw() {
        const chart = this.chart, ratio = window.devicePixelRatio || 1;
        this.canvas.width = Math.round(chart.pixels * ratio);
        this.canvas.height = Math.round(overviewHeight * ratio);
        const pen = this.canvas.getContext("2d");
        pen.setTransform(ratio, 0, 0, ratio, 0, 0);
        pen.clearRect(0, 0, chart.pixels, overviewHeight);
        this.levels.forEach(function (row, level) {
            row.forEach(function (box) {
                pen.fillStyle = chart.colour(box, level);
                pen.fillRect(box.left * chart.pixels, this.topOf(level), box.width * chart.pixels, this.tall);
            }, this);
        }, this);
        const zoomed = this.place(chart.top);
        if (!chart.top || !zoomed) return;
        const left = zoomed.left * chart.pixels, width = Math.max(2, zoomed.width * chart.pixels);
        pen.globalAlpha = 0.72;
        pen.fillStyle = chart.look.page;
        pen.fillRect(0, 0, left, overviewHeight);
        pen.fillRect(left + width, 0, chart.pixels, overviewHeight);
        pen.globalAlpha = 1;
        pen.strokeStyle = chart.look.focus;
        pen.lineWidth = 2;
        pen.strokeRect(left + 1, 1, Math.max(1, width - 2), overviewHeight - 2);
    }

    /* The box of a node in the whole, or of the narrowest caller that has one. */
    place(node) {
        let found = null;
        this.tree.path(node).forEach(function (step, level) {
            found = (this.levels[level] || []).find(function (box) { return !box.merged && box.node === step; }) || found;
        }, this);
        return found;
    }

    boxAt(across, down) {
        const at = across / this.chart.pixels;
        let found = null;
        this.levels.forEach(function (row, level) {
            const top = this.topOf(level), above = this.chart.upwards ? top + this.tall > down : top <= down;
            if (above) found = row.find(function (box) { return at >= box.left && at < box.left + box.width; }) || found;
        }, this);
        return found;
    }

    showAxis() {
        const chart = this.chart, whole = chart.tree.total(chart.metric)[chart.top], unit = chart.metric.unit;
        this.axis.replaceChildren();
        if (!(whole > 0)) return;
        const step = tickStep(whole, unit, Math.floor(chart.pixels / tickRoom));
        for (let value = 0; value <= whole; value += step) {
            const fits = (1 - value / whole) * chart.pixels > 0.7 * tickRoom, tick = make("span", {}, fits ? tickText(value, unit) : "");
            tick.style.left = 100 * value / whole + "%";
            this.axis.append(tick);
        }
    }
}
