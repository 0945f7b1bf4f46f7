import { diverging } from '../colors/diverging.js';
import { mostOf, type Range } from '../colors/scale.js';
import type { ColorTable } from '../colors/table.js';
import type { Rect } from '../../scene/rect.js';
import { createLayer, type Layer } from '../layer.js';
import { createMesh, createUniforms, quadAttributes, quadVertex } from '../mesh.js';
import type { Surface } from '../surface.js';
import {
  createDataTexture,
  destroyDataTexture,
  fillTable,
  tableTexture,
  type DataTexture,
} from '../textures.js';
import { panelFragment } from './panel.glsl.js';

/** A matrix of signed numbers, drawn as coloured cells. */
export interface SignedPanel {
  /** `[row, column]`, row-major; NaN leaves a cell clear. Copied when it is another array than the last. */
  values: Float32Array;
  rows: number;
  cols: number;
  /** Where on the surface, in CSS pixels. */
  rect: Rect;
  /** [−m, m]: the numbers at the two ends of the table; 0 is its middle, entry 128. */
  range: Range;
  /** CSS pixels that stay clear at the right of each cell; above, and again below it. */
  gapPx: readonly [x: number, y: number];
}

export interface SignedProps {
  panels: readonly SignedPanel[];
  /** The colours from the most negative number to the most positive. @default diverging.light */
  table: ColorTable;
}

export type SignedLayer = Layer<SignedProps>;

interface Held {
  mesh: ReturnType<typeof createPanelMesh>;
  values: Float32Array | null;
  texture: DataTexture | null;
}

/**
 * One quad with the texture of a panel's numbers. It draws nothing sensible until it is given them: it holds the colour table in
 * their place.
 */
function createPanelMesh(table: DataTexture) {
  const panel = createUniforms({ uQuad: 4, uCount: 2, uCellPx: 2, uGapPx: 2, uMost: 1 });
  const source = {
    name: 'attentrace-panel',
    vertex: quadVertex,
    fragment: panelFragment,
    resources: { panel, uValues: table, uTable: table },
  };
  const geometry = { attributes: quadAttributes(), topology: 'triangle-strip' } as const;
  // A pixel has the colour of its cell, or none.
  return { ...createMesh(source, geometry, { opaque: true }), uniforms: panel.uniforms };
}

/** Draws matrices of signed numbers on a surface, a mesh each. */
export function createSignedLayer(surface: Surface): SignedLayer {
  const props: SignedProps = { panels: [], table: diverging.light };
  const table = tableTexture(props.table);
  const held: Held[] = [];

  function showValues(at: Held, { values, rows, cols }: SignedPanel): void {
    if (at.values === values) return;
    const old = at.texture;
    // A row may be of any length: r32float's rows are multiples of 4 bytes anyway.
    const data = values.slice(0, rows * cols);
    at.texture = createDataTexture({ data, width: cols, height: rows, format: 'r32float' });
    at.values = values;
    at.mesh.setTexture('uValues', at.texture);
    if (old) destroyDataTexture(old);
  }

  const layer = createLayer(surface, props, {
    changed(names) {
      if (names.includes('table')) fillTable(table, props.table);
    },
    prepare() {
      const panels = props.panels.filter(({ rows, cols }) => rows > 0 && cols > 0);
      while (held.length < panels.length) {
        const mesh = createPanelMesh(table);
        held.push({ mesh, values: null, texture: null });
        layer.container.addChild(mesh.mesh);
      }
      const ratio = surface.pixelRatio;
      held.forEach((at, i) => {
        const panel = panels[i];
        at.mesh.mesh.visible = panel !== undefined;
        if (!panel) return;
        showValues(at, panel);
        const { rect, rows, cols, gapPx, range } = panel;
        const { uniforms } = at.mesh;
        uniforms.uQuad.set([rect.x, rect.y, rect.width, rect.height].map((px) => px * ratio));
        uniforms.uCount.set([cols, rows]);
        uniforms.uCellPx.set([(rect.width / cols) * ratio, (rect.height / rows) * ratio]);
        uniforms.uGapPx.set(gapPx.map((px) => px * ratio));
        uniforms.uMost = mostOf(range);
      });
    },
    release() {
      for (const { mesh } of held) mesh.destroy();
      for (const { texture } of held) if (texture) destroyDataTexture(texture);
      destroyDataTexture(table);
    },
  });
  return layer;
}
