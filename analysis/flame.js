/* Zoom, search, keys and labels of a flame graph.  Lives inside the SVG; without it
 * the picture still shows names, and tooltips come from the browser.
 *
 * Every frame is a nested <svg> whose x and width are percentages: as drawn
 * they are the frame's place in the whole, and zooming writes others.  Rows are
 * levels of depth, which turning over counts from the other end. */
"use strict";
(function () {
    const svg = document.currentScript ? document.currentScript.ownerSVGElement
                                       : document.documentElement;
    const letter = 6.95; /* width of a character of the label font */
    const rowHeight = 18;
    const narrowWidth = 640;
    const top = Number(svg.getAttribute("data-top"));
    const detail = svg.querySelector(".detail");
    const matched = svg.querySelector(".matched");
    const whole = svg.querySelector(".whole");
    const turn = svg.querySelector(".turn");
    const crumbs = svg.querySelector(".crumbs");
    const search = svg.querySelector(".search");
    const title = svg.querySelector(".title"), summary = svg.querySelector(".summary");
    const programName = title.textContent, summed = summary.textContent;
    const idle = detail.textContent;
    let upwards = svg.getAttribute("data-shape") === "flame";

    const frames = Array.from(svg.querySelectorAll(".frame"), function (element) {
        const lines = element.querySelector("title").textContent.split("\n");
        const brief = element.getAttribute("data-brief") || lines[0];
        return {
            element: element,
            name: lines[0],
            brief: brief,
            summary: [lines[0].length > 100 ? brief : lines[0]].concat(lines.slice(1)).join("\u2003"),
            left: parseFloat(element.getAttribute("x")),
            width: parseFloat(element.getAttribute("width")),
            row: (parseFloat(element.getAttribute("y")) - top) / rowHeight,
        };
    });
    const levels = frames.reduce(function (most, frame) { return Math.max(most, frame.row + 1); }, 0);
    frames.forEach(function (frame) { frame.depth = upwards ? levels - 1 - frame.row : frame.row; });
    const root = frames[0];
    const byDepth = Array.from({length: levels}, function () { return []; });
    frames.forEach(function (frame) { byDepth[frame.depth].push(frame); });
    byDepth.forEach(function (row) { row.sort(function (one, other) { return one.left - other.left; }); });
    let focus = root, current = root, pixels = svg.clientWidth;

    /* ---- Layout ---- */

    /* In the middle: functions of a library begin alike and end differently. */
    function cut(name, room) {
        const head = Math.ceil((room - 1) / 2);
        return name.length <= room ? name : name.slice(0, head) + "\u2026" + name.slice(name.length - (room - 1 - head));
    }

    function label(frame, percent) {
        const room = Math.floor((percent / 100 * pixels - 6) / letter);
        let text = frame.element.lastElementChild;
        if (text.tagName !== "text") text = null;
        if (room < 3) {
            if (text) text.textContent = "";
            return;
        }
        if (!text) {
            text = document.createElementNS("http://www.w3.org/2000/svg", "text");
            text.setAttribute("x", "3");
            text.setAttribute("y", "13");
            frame.element.appendChild(text);
        }
        const name = frame.name.length <= room ? frame.name : frame.brief;
        text.textContent = cut(name, room);
    }

    function place(frame) {
        const scale = 100 / focus.width;
        const slack = focus.width * 1e-6;
        const above = frame.depth < focus.depth;
        let left = (frame.left - focus.left) * scale;
        let width = frame.width * scale;
        if (above && frame.left <= focus.left + slack &&
            frame.left + frame.width >= focus.left + focus.width - slack) {
            left = 0;
            width = 100;
        } else if (above || left < -1e-4 || left + width > 100 + 1e-4) {
            frame.element.style.display = "none";
            frame.shown = false;
            return;
        }
        frame.shown = true;
        frame.element.style.display = "";
        frame.element.classList.toggle("above", above);
        frame.element.setAttribute("x", left + "%");
        frame.element.setAttribute("width", width + "%");
        label(frame, width);
    }

    function parentOf(frame) {
        if (frame.depth === 0) return null;
        const middle = frame.left + frame.width / 2;
        return byDepth[frame.depth - 1].find(function (other) {
            return other.left <= middle && middle <= other.left + other.width;
        }) || null;
    }

    function fit(element, text, room) {
        element.textContent = text.length <= room ? text : text.slice(0, Math.max(0, room - 1)) + "\u2026";
    }

    /* In a narrow window the buttons stand at the end of the path's line. */
    function layHead() {
        const narrow = pixels < narrowWidth, width = narrow ? 110 : 230, holder = search.parentNode;
        holder.setAttribute("width", width);
        holder.setAttribute("x", -10 - width);
        [turn, whole].forEach(function (button, idx) {
            button.setAttribute("x", (narrow ? -10 : -26 - width) - 90 * idx);
            button.setAttribute("y", narrow ? 88 : 25);
        });
        fit(title, programName, Math.floor((pixels - width - (narrow ? 30 : 220)) / 9.7));
        fit(summary, summed, Math.floor((pixels - 20) / letter) - (matched.textContent ? matched.textContent.length + 2 : 0));
    }

    function zoom(frame) {
        focus = frame;
        pixels = svg.clientWidth;
        layHead();
        frames.forEach(place);
        whole.classList.toggle("idle", frame === root);
        showPath();
        setCurrent(frame, false);
    }

    function turnOver() {
        upwards = !upwards;
        frames.forEach(function (frame) {
            frame.element.setAttribute("y", top + (upwards ? levels - 1 - frame.depth : frame.depth) * rowHeight);
        });
    }

    /* ---- The way to the zoomed frame ---- */

    function crumb(frame, text) {
        const part = document.createElementNS("http://www.w3.org/2000/svg", "tspan");
        part.textContent = text;
        if (frame) {
            part.setAttribute("tabindex", "0");
            part.setAttribute("role", "link");
            part.addEventListener("click", function () { zoom(frame); });
            part.addEventListener("keydown", function (event) { if (event.key === "Enter") zoom(frame); });
        }
        crumbs.appendChild(part);
        return part;
    }

    function showPath() {
        const path = [];
        for (let frame = focus; frame; frame = parentOf(frame)) path.unshift(frame);
        let room = Math.floor((pixels - (pixels < narrowWidth ? 220 : 20)) / letter), from = path.length;
        const text = function (frame) { return frame.brief.length > 30 ? frame.brief.slice(0, 29) + "\u2026" : frame.brief; };
        while (from > 0 && room - text(path[from - 1]).length - 3 > 0) room -= text(path[--from]).length + 3;
        crumbs.textContent = "";
        if (focus === root) return;
        if (from > 0) crumb(null, "\u2026 \u203a ");
        path.slice(from).forEach(function (frame, idx, shown) {
            if (idx) crumb(null, " \u203a ");
            crumb(frame, text(frame)).classList.toggle("here", idx === shown.length - 1);
        });
    }

    /* ---- Search ---- */

    /* The share of the whole that matching frames cover, nested ones once. */
    function share(found) {
        let end = 0, sum = 0;
        found.sort(function (one, other) { return one.left - other.left; });
        found.forEach(function (frame) {
            const right = frame.left + frame.width;
            if (right > end) {
                sum += right - Math.max(end, frame.left);
                end = right;
            }
        });
        return sum;
    }

    function find(words) {
        let pattern = null;
        if (words) {
            try {
                pattern = new RegExp(words, "i");
            } catch (notAnExpression) {
                pattern = new RegExp(words.replace(/[^\w\s]/g, "\\$&"), "i");
            }
        }
        const found = frames.filter(function (frame) {
            const hit = pattern !== null && pattern.test(frame.name);
            frame.element.classList.toggle("found", hit);
            return hit;
        });
        matched.textContent = pattern
            ? found.length + " frames match, " + share(found).toFixed(1) + " % of the whole" : "";
        layHead();
    }

    /* ---- Keys ---- */

    function describe(frame) {
        detail.textContent = frame ? frame.summary : idle;
    }

    function setCurrent(frame, look) {
        current.element.setAttribute("tabindex", "-1");
        current = frame;
        current.element.setAttribute("tabindex", "0");
        if (look) {
            current.element.focus();
            describe(current);
        }
    }

    function below(frame) {
        const row = byDepth[frame.depth + 1] || [];
        return row.find(function (other) {
            return other.shown && other.left >= frame.left - 1e-4 && other.left < frame.left + frame.width;
        });
    }

    function beside(frame, by) {
        const row = byDepth[frame.depth].filter(function (other) { return other.shown; });
        return row[row.indexOf(frame) + by];
    }

    function walk(key) {
        if (key === "ArrowLeft") return beside(current, -1);
        if (key === "ArrowRight") return beside(current, 1);
        return key === (upwards ? "ArrowUp" : "ArrowDown") ? below(current) : parentOf(current);
    }

    svg.addEventListener("keydown", function (event) {
        const onFrame = event.target.classList.contains("frame");
        if (event.target === search && event.key !== "Escape") return;
        if (event.key === "Escape") {
            search.value = "";
            find("");
            zoom(root);
        } else if (event.key === "/") {
            search.focus();
        } else if (onFrame && event.key === "Enter") {
            zoom(current);
            setCurrent(current, true);
        } else if (onFrame && event.key === "Backspace") {
            zoom(parentOf(focus) || root);
            setCurrent(focus, true);
        } else if (onFrame && /^Arrow/.test(event.key)) {
            const next = walk(event.key);
            if (next) setCurrent(next, true);
        } else {
            return;
        }
        event.preventDefault();
    });
    document.addEventListener("keydown", function (event) {
        if (event.target !== document.documentElement && event.target !== document.body) return;
        if (event.key === "/") {
            event.preventDefault();
            search.focus();
        } else if (event.key === "Escape") {
            search.value = "";
            find("");
            zoom(root);
        }
    });

    /* ---- Mouse ---- */

    frames.forEach(function (frame) {
        frame.element.addEventListener("click", function () { zoom(frame); });
        frame.element.addEventListener("focus", function () { describe(frame); });
        frame.element.addEventListener("mouseenter", function () { describe(frame); });
        frame.element.addEventListener("mouseleave", function () { describe(null); });
    });
    [[whole, function () { zoom(root); }], [turn, turnOver]].forEach(function (pair) {
        pair[0].addEventListener("click", pair[1]);
        pair[0].addEventListener("keydown", function (event) { if (event.key === "Enter" || event.key === " ") pair[1](); });
    });
    search.addEventListener("input", function () { find(search.value.trim()); });
    window.addEventListener("resize", function () { zoom(focus); });
    svg.querySelectorAll(".scripted").forEach(function (element) {
        element.style.display = "inline";
    });
    svg.setAttribute("width", "100%");
    zoom(root);
})();
