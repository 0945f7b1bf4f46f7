/**
 * The part of the other libraries that is used here, so that types can be checked where they are not installed: only the
 * benchmark installs them.
 */
declare module 'plotly.js-dist-min' {
  const Plotly: {
    newPlot(host: HTMLElement, traces: object[], layout: object, config: object): Promise<void>;
    relayout(host: HTMLElement, change: object): Promise<void>;
    restyle(host: HTMLElement, change: object): Promise<void>;
    purge(host: HTMLElement): void;
  };
  export default Plotly;
}

declare module 'echarts/core' {
  export interface ECharts {
    setOption(option: object): void;
    dispatchAction(action: object): void;
    on(event: string, handler: () => void): void;
    off(event: string, handler: () => void): void;
    dispose(): void;
  }
  export function init(host: HTMLElement, theme: null, options: object): ECharts;
  export function use(parts: readonly object[]): void;
}
declare module 'echarts/charts' {
  export const HeatmapChart: object;
}
declare module 'echarts/components' {
  export const DataZoomInsideComponent: object;
  export const GridComponent: object;
  export const TooltipComponent: object;
  export const VisualMapContinuousComponent: object;
}
declare module 'echarts/renderers' {
  export const CanvasRenderer: object;
}

declare module '@deck.gl/core' {
  export interface Device {
    createTexture(props: object): object;
  }
  export class Deck {
    constructor(props: {
      [name: string]: unknown;
      onDeviceInitialized(device: Device): void;
      getTooltip(info: { picked: boolean }): string | null;
    });
    setProps(props: object): void;
  }
  export class OrthographicView {
    constructor(props: object);
  }
}
declare module '@deck.gl/layers' {
  export class BitmapLayer {
    constructor(props: object);
  }
}

declare module 'd3' {}
declare module 'jquery' {
  interface Chosen {
    val(value: number): this;
    trigger(event: string): this;
  }
  export default function jquery(selector: string): Chosen;
}

declare module 'd3-selection' {
  type Value<D, T> = T | ((this: Element, datum: D, index: number) => T);
  /** Of elements `E` that hold data `D`. */
  export interface Selection<E extends Element, D> {
    selectAll<F extends Element, T = unknown>(selector: string): Selection<F, T> & Empty<F, D>;
    join(name: string): Selection<E, D>;
    attr(name: string, value: Value<D, string | number>): this;
    text(value: Value<D, string>): this;
    on(event: string, handler: (event: Event, datum: D) => void): this;
  }
  interface Empty<F extends Element, Parent> {
    data<T>(value: readonly T[] | ((datum: Parent, index: number) => readonly T[])): Selection<F, T>;
  }
  export function select(element: Element): Selection<Element, undefined>;
}
