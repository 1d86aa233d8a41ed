/* Sortable tables.  A real <table>, filled as far as somebody scrolls: ten thousand
 * rows of elements would take a second that nobody looks at. */
"use strict";

const rowsAtOnce = 120;

/* `columns`: {id, title, unit or text(row), value(row), cell(row), help, bar(row) -> share}.
 * `options`: caption, rows, onSort(word), onSelect(row), selected(row). */
class SortableTable {
    constructor(columns, options) {
        this.columns = columns;
        this.options = options;
        this.body = make("tbody", {});
        this.headings = columns.map(function (column) { return this.heading(column); }, this);
        this.element = make("table", {}, make("caption", {class: "hidden"}, options.caption),
            make("thead", {}, this.headRow()), this.body);
        this.end = make("div", {"aria-hidden": "true"});
        this.wrapper = make("div", {class: "list"}, this.element, this.end);
        new IntersectionObserver(function (entries) {
            if (entries.some(function (entry) { return entry.isIntersecting; })) this.more();
        }.bind(this), {rootMargin: "600px"}).observe(this.end);
    }

    headRow() {
        const row = make("tr", {});
        this.headings.forEach(function (heading) { row.append(heading); });
        return row;
    }

    heading(column) {
        const number = (column.unit ? "number" : "") + (column.minor ? " " + column.minor : "");
        if (!column.value)
            return make("th", {scope: "col", class: number, title: column.help}, make("span", {}, column.title));
        return make("th", {scope: "col", class: number, title: column.help}, make("button", {type: "button",
            click: function () { this.toggle(column); }.bind(this)}, column.title));
    }

    toggle(column) {
        const down = column.unit ? true : false;
        const same = this.sorted === column.id;
        this.options.onSort(column.id + ((same ? !this.down : down) ? "" : "-up"));
    }

    /* `word`: a column's id, with -up behind it for ascending. */
    show(rows, word) {
        const up = /-up$/.test(word), id = word.replace(/-up$/, "");
        const column = this.columns.find(function (item) { return item.id === id && item.value; });
        this.sorted = column ? id : "";
        this.down = !up;
        this.rows = rows.slice();
        if (column) this.rows.sort(order(column.value, up ? 1 : -1));
        this.headings.forEach(function (heading, idx) {
            if (this.columns[idx].id === this.sorted) heading.setAttribute("aria-sort", up ? "ascending" : "descending");
            else heading.removeAttribute("aria-sort");
        }, this);
        this.element.setAttribute("aria-rowcount", this.rows.length + 1);
        this.body.replaceChildren();
        this.filled = 0;
        this.more();
    }

    more() {
        if (!this.rows || this.filled >= this.rows.length) return;
        const part = document.createDocumentFragment();
        const end = Math.min(this.rows.length, this.filled + rowsAtOnce);
        for (; this.filled < end; this.filled++) part.append(this.row(this.rows[this.filled], this.filled));
        this.body.append(part);
    }

    row(item, idx) {
        const row = make("tr", {"aria-rowindex": idx + 2});
        if (this.options.selected && this.options.selected(item)) row.setAttribute("aria-selected", "true");
        this.columns.forEach(function (column) { row.append(cellOf(column, item)); });
        if (this.options.onSelect)
            row.addEventListener("click", function () { this.options.onSelect(item); }.bind(this));
        return row;
    }
}

function cellOf(column, item) {
    const cell = make("td", {class: (column.unit ? "number" : column.id) + (column.bar ? " bar" : "") + (column.minor ? " " + column.minor : "")});
    if (column.cell) cell.append(column.cell(item));
    else if (column.text) cell.textContent = column.text(item);
    else cell.textContent = column.unit ? valueText(column.value(item), column.unit) : column.value(item) || "";
    if (column.bar) cell.style.setProperty("--share", (100 * Math.max(0, Math.min(1, column.bar(item)))).toFixed(2) + "%");
    return cell;
}

/* By value, unknown ones last whatever the direction. */
function order(value, sign) {
    return function (one, other) {
        const left = value(one), right = value(other);
        if (left === right) return 0;
        if (left === null || left === undefined) return 1;
        if (right === null || right === undefined) return -1;
        return left < right ? -sign : sign;
    };
}
