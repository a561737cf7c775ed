import type { Page } from 'playwright-core';

const PHONE = { width: 360, height: 740 };
const DESK = { width: 1280, height: 800 };
/** Combinations to check: light and dark, two languages, two sizes. */
export const APPEARANCES = [
  { name: 'light, in English, on a desk', colorScheme: 'light', locale: 'en-GB', viewport: DESK },
  { name: 'dark, in Chinese, on a desk', colorScheme: 'dark', locale: 'zh-CN', viewport: DESK },
  { name: 'light, in Chinese, on a phone', colorScheme: 'light', locale: 'zh-CN', viewport: PHONE },
  { name: 'dark, in English, on a phone', colorScheme: 'dark', locale: 'en-GB', viewport: PHONE },
] as const;

/**
 * Walks all visible text through all shadow roots and compares its colour with its background (WCAG 2.2, 1.4.3: 4.5, or 3
 * for large text). Disabled controls are exempt. It runs in the page, so it is a string.
 */
const LOW_CONTRAST_TEXT = `(() => {
  const colour = (text) => {
    const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number);
    return { r, g, b, a };
  };
  const over = (top, below) => ({
    r: top.r * top.a + below.r * (1 - top.a),
    g: top.g * top.a + below.g * (1 - top.a),
    b: top.b * top.a + below.b * (1 - top.a),
    a: 1,
  });
  const luminance = ({ r, g, b }) => {
    const [x, y, z] = [r, g, b].map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const parent = (element) => element.assignedSlot ?? element.parentElement ?? element.getRootNode().host ?? null;
  const backgroundOf = (element) => {
    const layers = [];
    for (let one = element; one !== null; one = parent(one)) layers.push(colour(getComputedStyle(one).backgroundColor));
    return layers.reverse().reduce((below, top) => over(top, below), { r: 255, g: 255, b: 255, a: 1 });
  };
  const found = [];
  const walk = (root) => {
    for (const node of root.childNodes) {
      if (node.nodeType === Node.ELEMENT_NODE && !['STYLE', 'SCRIPT', 'NOSCRIPT'].includes(node.tagName)) {
        if (node.matches(':disabled, [aria-disabled=true]') || !node.checkVisibility?.({ visibilityProperty: true })) continue;
        walk(node.shadowRoot ?? node);
      }
      if (node.nodeType !== Node.TEXT_NODE || node.textContent.trim() === '') continue;
      const element = node.parentElement ?? node.getRootNode().host;
      const style = getComputedStyle(element);
      const box = element.getBoundingClientRect();
      if (box.width <= 1 || box.height <= 1 || element.closest('.segment:has(:disabled)')) continue;
      const background = backgroundOf(element);
      const [light, dark] = [luminance(over(colour(style.color), background)), luminance(background)].sort((x, y) => y - x);
      const ratio = (light + 0.05) / (dark + 0.05);
      const size = parseFloat(style.fontSize);
      const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      if (ratio < (isLarge ? 3 : 4.5)) found.push(ratio.toFixed(2) + ' ' + node.textContent.trim().slice(0, 40));
    }
  };
  walk(document.body);
  return found;
})()`;

/** Texts of the page with too little contrast, each with its ratio. */
export function lowContrastTexts(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(LOW_CONTRAST_TEXT);
}

/** Whether the page is wider than its window. */
export function scrollsSideways(page: Page): Promise<boolean> {
  return page.evaluate<boolean>('document.scrollingElement.scrollWidth > innerWidth');
}

/** Compares the fill of each SVG text with the fill of its shape, or with the background of the SVG. */
const LOW_CONTRAST_SVG_TEXT = `(() => {
  const luminance = (text) => {
    const [x, y, z] = text.match(/[\\d.]+/g).slice(0, 3).map(Number)
      .map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const drawings = [];
  const walk = (root) => {
    for (const element of root.querySelectorAll('*')) {
      if (element.matches('svg[role=img]')) drawings.push(element);
      if (element.shadowRoot) walk(element.shadowRoot);
    }
  };
  walk(document);
  const surface = (element) => {
    for (let one = element; one; one = one.assignedSlot ?? one.parentElement ?? one.getRootNode().host) {
      const { backgroundColor } = getComputedStyle(one);
      if (!/, 0\\)$|transparent/.test(backgroundColor)) return backgroundColor;
    }
    return 'rgb(255, 255, 255)';
  };
  const seen = drawings.flatMap((drawing) => [...drawing.querySelectorAll('text')]).map((text) => {
    const shape = text.closest('.node')?.querySelector('rect, path, circle');
    const background = shape ? getComputedStyle(shape).fill : surface(text);
    const [light, dark] = [luminance(getComputedStyle(text).fill), luminance(background)].sort((x, y) => y - x);
    return { words: text.textContent.trim(), ratio: (light + 0.05) / (dark + 0.05) };
  });
  return { count: seen.length, lowContrast: seen.filter(({ ratio }) => ratio < 4.5).map(({ words, ratio }) => ratio.toFixed(2) + ' ' + words) };
})()`;

/** How many texts the SVG images of the page have, and which of them have too little contrast. */
export function lowContrastSvgTexts(
  page: Page,
): Promise<{ readonly count: number; readonly lowContrast: readonly string[] }> {
  return page.evaluate(LOW_CONTRAST_SVG_TEXT);
}
