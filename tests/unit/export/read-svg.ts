import { JSDOM } from 'jsdom';

/** An SVG as a browser reads it: what is not well formed throws. */
export function readSVG(svg: string): SVGSVGElement {
  const { document } = new JSDOM(svg, { contentType: 'image/svg+xml' }).window;
  return document.documentElement as unknown as SVGSVGElement;
}

export const all = (root: Element, selector: string): Element[] => [...root.querySelectorAll(selector)];

export const attribute = (element: Element, name: string): string => element.getAttribute(name) ?? '';

export const number = (element: Element, name: string): number => Number(attribute(element, name));

/** What texts say, in the order they are written. */
export const texts = (root: Element): string[] => all(root, 'text').map(({ textContent }) => textContent);
