/* A flame chart on a canvas: lays out what is wide enough to be seen, draws the
 * part that is scrolled to, and tells which frame is under the mouse or the
 * keyboard.  Knows trees and nothing of the page around it. */
"use strict";

const rowHeight = 20;
const narrowest = 0.7; /* CSS pixels; narrower frames are merged into one and counted */

/* Boxes by level: {node, left, width, merged}, widths in parts of 1.  The ancestors of `top`
 * span everything, below it each child is as wide as its share. */
function layoutFrames(tree, metric, top, pixels) {
    const sums = tree.total(metric), children = tree.childrenBy(metric), levels = [];
    const path = tree.path(top), scale = sums[top] > 0 ? 1 / sums[top] : 0, least = narrowest / Math.max(pixels, 1);
    path.forEach(function (node) { levels.push([{node: node, left: 0, width: 1, merged: 0}]); });
    let row = levels[levels.length - 1];
    while (row.length) {
        const next = [];
        for (const box of row) {
            if (box.merged) continue;
            let left = box.left, idx = children.start[box.node];
            const end = children.start[box.node + 1];
            for (; idx < end; idx++) {
                const width = sums[children.list[idx]] * scale;
                if (width < least) break;
                next.push({node: children.list[idx], left: left, width: width, merged: 0});
                left += width;
            }
            let rest = 0;
            const count = end - idx;
            for (; idx < end && rest < least; idx++) rest += sums[children.list[idx]] * scale;
            for (; idx < end; idx++) rest += sums[children.list[idx]] * scale;
            if (count && rest >= least) next.push({node: box.node, left: left, width: rest, merged: count});
        }
        if (next.length) levels.push(next);
        row = next;
    }
    return {levels: levels, above: path.length - 1};
}

/* Cut in the middle: functions of a library begin alike and end differently. */
function cutText(text, most) {
    if (text.length <= most) return text;
    const head = Math.ceil((most - 1) / 2);
    return text.slice(0, head) + "\u2026" + text.slice(text.length - (most - 1 - head));
}

class Chart {
    /* `options`: label, onZoom(node, chart, quiet), onPick(box or null, mouse event or null), root name,
     * upwards: callers grow up from the bottom. */
    constructor(options) {
        this.options = options;
        this.canvas = make("canvas", {"aria-hidden": "true"});
        this.space = make("div", {});
        this.element = make("div", {class: options.short ? "chart short" : "chart", tabindex: "0", role: "application",
            "aria-roledescription": "flame graph", "aria-label": options.label}, this.canvas, this.space);
        this.picked = null;
        this.hovered = null;
        this.listen();
        new ResizeObserver(this.resized.bind(this)).observe(this.element);
    }

    show(tree, metric, top, found, upwards) {
        const other = this.tree !== tree || this.top !== top || this.metric !== metric;
        this.tree = tree;
        this.metric = metric;
        this.top = top < tree.count ? top : 0;
        this.found = found;
        this.upwards = upwards;
        if (other) this.picked = this.hovered = null;
        this.place(other);
    }

    place(scroll) {
        this.pixels = this.element.clientWidth;
        if (!this.tree || !this.pixels) return;
        const made = layoutFrames(this.tree, this.metric, this.top, this.pixels);
        this.levels = made.levels;
        this.above = made.above;
        this.height = this.levels.length * rowHeight + 2;
        if (this.options.short) this.element.style.height = Math.min(this.height, rowHeight * Math.floor(0.42 * window.innerHeight / rowHeight)) + "px";
        this.space.style.height = "0";
        const shown = this.element.clientHeight;
        this.canvas.style.height = shown + "px";
        this.space.style.height = Math.max(0, this.height - shown) + "px";
        if (scroll) this.element.scrollTop = this.upwards ? this.height : 0;
        this.draw();
        if (this.onPlaced) this.onPlaced();
    }

    resized() {
        if (this.tree && (this.element.clientWidth !== this.pixels || this.element.clientHeight !== this.drawnHeight)) this.place(false);
    }

    topOf(level) {
        const offset = this.upwards ? Math.max(this.height, this.element.clientHeight) - (level + 1) * rowHeight : level * rowHeight;
        return offset - this.element.scrollTop;
    }

    draw() {
        const width = this.pixels, height = this.element.clientHeight, ratio = window.devicePixelRatio || 1;
        this.drawnHeight = height;
        this.canvas.width = Math.round(width * ratio);
        this.canvas.height = Math.round(height * ratio);
        this.canvas.style.width = width + "px";
        this.canvas.style.height = height + "px";
        const pen = this.pen = this.canvas.getContext("2d");
        pen.setTransform(ratio, 0, 0, ratio, 0, 0);
        const style = getComputedStyle(document.documentElement);
        this.look = {};
        ["page", "muted-frame", "found", "text", "frame-line", "root-frame", "focus"].forEach(function (key) {
            this.look[key] = style.getPropertyValue("--" + key).trim();
        }, this);
        pen.fillStyle = this.look.page;
        pen.fillRect(0, 0, width, height);
        pen.font = "12px ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace";
        pen.textBaseline = "middle";
        this.letter = pen.measureText("0000000000").width / 10;
        for (let level = 0; level < this.levels.length; level++) {
            const top = this.topOf(level);
            if (top > -rowHeight && top < height) for (const box of this.levels[level]) this.drawBox(box, level, top);
        }
        this.drawMark(this.hovered, this.look.text);
        this.drawMark(this.picked, this.look.focus);
    }

    colour(box, level) {
        if (box.merged) return this.look["muted-frame"];
        const func = this.tree.func[box.node];
        if (this.found) return func >= 0 && this.found[func] ? this.look.found : this.look["muted-frame"];
        return func < 0 ? this.look["root-frame"] : colourOf(functions[func].name);
    }

    drawBox(box, level, top) {
        const pen = this.pen, left = box.left * this.pixels, width = box.width * this.pixels;
        const colour = this.colour(box, level);
        pen.fillStyle = colour;
        pen.globalAlpha = level < this.above ? 0.6 : 1;
        pen.fillRect(left, top, width > 2 ? width - 1 : width, rowHeight - 1);
        pen.globalAlpha = 1;
        if (width < 3 * this.letter + 6) return;
        const text = this.fit(box, width - 6);
        if (!text) return;
        /* Merged and unmatched frames are as dark as the page around them. */
        pen.fillStyle = colour === this.look["muted-frame"] || (level < this.above) ? this.look.text : "#1b1712";
        pen.fillText(text, left + 4, top + rowHeight / 2);
    }

    fit(box, room) {
        if (box.merged) {
            const text = countText(box.merged, "narrow callee");
            return text.length * this.letter <= room ? text : "";
        }
        const func = this.tree.func[box.node];
        let text = func < 0 ? programName : functions[func].label;
        if (func >= 0 && text.length * this.letter > room) text = functions[func].brief;
        let most = Math.floor(room / this.letter);
        const whole = text;
        text = cutText(whole, most);
        /* Letters of some scripts are twice as wide as the font's others. */
        while (most > 1 && /[^\0-\u024f\u2026]/.test(text) && this.pen.measureText(text).width > room)
            text = cutText(whole, --most);
        return text;
    }

    drawMark(place, colour) {
        if (!place || !this.levels[place.level]) return;
        const box = this.levels[place.level][place.index];
        if (!box) return;
        this.pen.strokeStyle = colour;
        this.pen.lineWidth = 2;
        this.pen.strokeRect(box.left * this.pixels + 1, this.topOf(place.level) + 1,
                            Math.max(2, box.width * this.pixels - 3), rowHeight - 3);
    }

    boxAt(place) {
        return place && this.levels[place.level] ? this.levels[place.level][place.index] || null : null;
    }

    /* {level, index} at a point of the element, or null. */
    find(across, down) {
        const offset = down + this.element.scrollTop;
        const height = Math.max(this.height, this.element.clientHeight);
        const level = this.upwards ? Math.ceil((height - offset) / rowHeight) - 1 : Math.floor(offset / rowHeight);
        const row = this.levels && this.levels[level], at = across / this.pixels;
        if (!row) return null;
        let low = 0, high = row.length - 1;
        while (low < high) {
            const middle = low + high + 1 >> 1;
            if (row[middle].left <= at) low = middle;
            else high = middle - 1;
        }
        const box = row[low];
        return box && at >= box.left && at < box.left + box.width ? {level: level, index: low} : null;
    }

    listen() {
        const element = this.element;
        element.addEventListener("mousemove", function (event) {
            const rectangle = element.getBoundingClientRect();
            this.hovered = this.find(event.clientX - rectangle.left, event.clientY - rectangle.top);
            element.style.cursor = this.hovered ? "pointer" : "default";
            this.draw();
            this.options.onPick(this.boxAt(this.hovered) || this.boxAt(this.picked), event, this);
        }.bind(this));
        element.addEventListener("mouseleave", function () {
            this.hovered = null;
            if (this.tree) this.draw();
            this.options.onPick(this.boxAt(this.picked), null, this);
        }.bind(this));
        element.addEventListener("click", function (event) {
            const rectangle = element.getBoundingClientRect();
            const box = this.boxAt(this.find(event.clientX - rectangle.left, event.clientY - rectangle.top));
            if (box && !box.merged) this.options.onZoom(box.node, this);
        }.bind(this));
        element.addEventListener("wheel", this.wheel.bind(this), {passive: false});
        element.addEventListener("scroll", function () { if (this.tree) this.draw(); }.bind(this));
        element.addEventListener("keydown", this.key.bind(this));
    }

    /* With Ctrl, which is what two fingers on a touchpad say, too: one step towards the
     * frame under the mouse, or back; steps that change no width are not told apart. */
    wheel(event) {
        if (!event.ctrlKey || !this.tree) return;
        event.preventDefault();
        this.turned = (this.turned || 0) + event.deltaY;
        if (Math.abs(this.turned) < 30) return;
        const inwards = this.turned < 0, sums = this.tree.total(this.metric), box = this.boxAt(this.hovered);
        this.turned = 0;
        const parent = this.tree.parent;
        let node = this.top;
        if (inwards && box && !box.merged)
            node = this.tree.path(box.node).slice(this.above + 1).find(function (step) { return sums[step] < 0.999 * sums[this.top]; }, this) || node;
        else if (!inwards) {
            while (node && sums[node] <= 1.001 * sums[this.top]) node = parent[node];
            while (node && sums[parent[node]] <= 1.001 * sums[node]) node = parent[node];
        }
        if (node !== this.top) this.options.onZoom(node, this, true);
    }

    key(event) {
        const moves = {ArrowUp: this.upwards ? 1 : -1, ArrowDown: this.upwards ? -1 : 1};
        const place = this.picked || {level: this.above, index: 0};
        const box = this.boxAt(place);
        if (event.ctrlKey || event.altKey || event.metaKey || !box) return;
        if (event.key in moves) this.picked = this.step(place, box, moves[event.key]);
        else if (event.key === "ArrowLeft") this.picked = {level: place.level, index: Math.max(0, place.index - 1)};
        else if (event.key === "ArrowRight")
            this.picked = {level: place.level, index: Math.min(this.levels[place.level].length - 1, place.index + 1)};
        else if (event.key === "Enter" && !box.merged) this.options.onZoom(box.node, this);
        else if (event.key === "Backspace" && this.top > 0) this.options.onZoom(this.tree.parent[this.top], this);
        else return;
        event.preventDefault();
        this.reveal();
        this.draw();
        this.options.onPick(this.boxAt(this.picked), null, this);
    }

    /* The frame above, or the widest below. */
    step(place, box, by) {
        const row = this.levels[place.level + by];
        if (!row) return place;
        let index = by > 0
            ? row.findIndex(function (other) { return other.left >= box.left - 1e-12; })
            : row.findIndex(function (other) { return other.left + other.width > box.left + 1e-12; });
        if (by > 0 && (index < 0 || row[index].left >= box.left + box.width)) return place;
        return {level: place.level + by, index: Math.max(0, index)};
    }

    reveal() {
        if (!this.picked) return;
        const top = this.topOf(this.picked.level);
        if (top < 0) this.element.scrollTop += top;
        else if (top + rowHeight > this.element.clientHeight) this.element.scrollTop += top + rowHeight - this.element.clientHeight;
    }
}
