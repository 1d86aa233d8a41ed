/* WCAG 2 contrast of everything that is shown, measured in the page itself. */

/* Texts of the page whose contrast is below AA, as sentences. */
export function lowContrast() {
    function channels(text) {
        const found = text.match(/rgba?\(([^)]+)\)/);
        if (!found) return null;
        const parts = found[1].split(/[ ,/]+/).map(Number);
        return { rgb: parts.slice(0, 3), alpha: parts.length > 3 ? parts[3] : 1 };
    }
    function luminance(rgb) {
        const [red, green, blue] = rgb.map((part) => {
            const value = part / 255;
            return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    }
    function ratio(one, other) {
        const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a);
        return (high + 0.05) / (low + 0.05);
    }
    /* All colours that may be behind an element's text: its own or an ancestor's
     * background, and the colours of bars drawn as gradients. */
    function behind(element) {
        const found = [];
        for (let at = element; at; at = at.parentElement) {
            const style = getComputedStyle(at);
            for (const gradient of style.backgroundImage.matchAll(/rgba?\([^)]+\)/g)) found.push(channels(gradient[0]).rgb);
            const own = channels(style.backgroundColor);
            if (own && own.alpha === 1) return found.concat([own.rgb]);
        }
        return found.concat([[255, 255, 255]]);
    }
    const low = new Set();
    const consider = (element, colour, text) => {
        const style = getComputedStyle(element), size = parseFloat(style.fontSize);
        const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
        for (const back of behind(element)) {
            const found = ratio(colour.rgb, back);
            if (found < (large ? 3 : 4.5))
                low.add(`${found.toFixed(2)}: "${text.trim().slice(0, 30)}" ${colour.rgb} on ${back} (${element.tagName}.${element.className})`);
        }
    };
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const element = texts.currentNode.parentElement, text = texts.currentNode.textContent;
        if (!text.trim() || /^(SCRIPT|STYLE|NOSCRIPT|OPTION)$/.test(element.tagName) || !element.checkVisibility()) continue;
        if (element.disabled) continue; /* WCAG asks nothing of inactive controls */
        const style = getComputedStyle(element);
        const colour = channels(element.namespaceURI.endsWith("svg") ? style.fill : style.color);
        if (colour) consider(element, colour, text);
    }
    for (const input of document.querySelectorAll("input"))
        if (input.checkVisibility()) consider(input, channels(getComputedStyle(input, "::placeholder").color), "placeholder");
    return Array.from(low);
}

/* Labels of frames are drawn, not elements: every colour a frame can have. */
export function lowFrames() {
    const low = [], text = [0x1b, 0x17, 0x12];
    const luminance = (rgb) => rgb.map((part) => {
        const value = part / 255;
        return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    }).reduce((sum, value, idx) => sum + value * [0.2126, 0.7152, 0.0722][idx], 0);
    for (let idx = 0; idx < 4000; idx++) {
        const colour = colourOf("function_" + idx), rgb = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
        const found = (luminance(rgb) + 0.05) / (luminance(text) + 0.05);
        if (found < 4.5) low.push(`${found.toFixed(2)} on ${colour}`);
    }
    return low;
}
