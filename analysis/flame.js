/* Zoom, search and labels of a flame graph.  Lives inside the SVG; without it
 * the picture still shows names, and tooltips come from the browser.
 *
 * Every frame is a nested <svg> whose x and width are percentages: as drawn
 * they are the frame's place in the whole, and zooming writes others. */
"use strict";
(function () {
    const svg = document.currentScript ? document.currentScript.ownerSVGElement
                                       : document.documentElement;
    const letter = 6.95; /* width of a character of the label font */
    const detail = svg.querySelector(".detail");
    const matched = svg.querySelector(".matched");
    const reset = svg.querySelector(".button");
    const search = svg.querySelector(".search");
    const idle = detail.textContent;
    const frames = Array.from(svg.querySelectorAll(".frame"), function (element) {
        const lines = element.querySelector("title").textContent.split("\n");
        return {
            element: element,
            name: lines[0],
            brief: element.getAttribute("data-brief") || lines[0],
            summary: [lines[0].length > 100 ? element.getAttribute("data-brief") || lines[0]
                                            : lines[0]].concat(lines.slice(1, 3)).join("\u2003"),
            left: parseFloat(element.getAttribute("x")),
            width: parseFloat(element.getAttribute("width")),
            top: parseFloat(element.getAttribute("y")),
        };
    });
    const whole = frames[0];
    let focus = whole;

    function label(frame, percent) {
        const room = Math.floor((percent / 100 * svg.clientWidth - 6) / letter);
        let text = frame.element.querySelector("text");
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
        text.textContent = name.length <= room ? name : name.slice(0, room - 1) + "\u2026";
    }

    function place(frame) {
        const scale = 100 / focus.width;
        const slack = focus.width * 1e-6;
        const above = frame.top < focus.top;
        let left = (frame.left - focus.left) * scale;
        let width = frame.width * scale;
        if (above && frame.left <= focus.left + slack &&
            frame.left + frame.width >= focus.left + focus.width - slack) {
            left = 0;
            width = 100;
        } else if (above || left < -1e-4 || left + width > 100 + 1e-4) {
            frame.element.style.display = "none";
            return;
        }
        frame.element.style.display = "";
        frame.element.classList.toggle("above", above);
        frame.element.setAttribute("x", left + "%");
        frame.element.setAttribute("width", width + "%");
        label(frame, width);
    }

    function zoom(frame) {
        focus = frame;
        frames.forEach(place);
        reset.classList.toggle("idle", frame === whole);
    }

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
        matched.textContent = pattern ? 
            "   " + found.length + " frames match, " + share(found).toFixed(1) + " % of the whole" : "";
    }

    frames.forEach(function (frame) {
        frame.element.addEventListener("click", function () { zoom(frame); });
        frame.element.addEventListener("keydown", function (event) {
            if (event.key === "Enter") zoom(frame);
        });
        frame.element.addEventListener("mouseenter", function () {
            detail.textContent = frame.summary;
        });
        frame.element.addEventListener("mouseleave", function () { detail.textContent = idle; });
    });
    reset.addEventListener("click", function () { zoom(whole); });
    search.addEventListener("input", function () { find(search.value.trim()); });
    document.addEventListener("keydown", function (event) {
        if (event.key === "Escape") {
            search.value = "";
            find("");
            zoom(whole);
        } else if (event.key === "/" && event.target !== search) {
            event.preventDefault();
            search.focus();
        }
    });
    window.addEventListener("resize", function () { zoom(focus); });
    svg.querySelectorAll(".scripted").forEach(function (element) {
        element.style.display = "inline";
    });
    svg.setAttribute("width", "100%");
    zoom(whole);
})();
