// Renders www/icons/icon.svg to the PNG icons of the site, in www/generated/icons.

import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Resvg, initWasm } from '@resvg/resvg-wasm';

const root = fileURLToPath(new URL('../../', import.meta.url));
const source = join(root, 'www/icons/icon.svg');
const folder = join(root, 'www/generated/icons');

/** The icon's side in SVG units, and its background colour. */
const SIDE = 64;
const GROUND = '#3a3fd4';
/**
 * Scale of the drawing on a maskable icon, which systems crop to their own shape. They keep the inner circle of 80 % of
 * the width (W3C, Web Application Manifest, "safe zone"); the outermost points are 27 of 32 units from the middle.
 */
const SAFE = 0.86;

/** The icon, scaled by SAFE, on a background that reaches all four edges. */
function bleeding(svg) {
  const [size, edge] = [SIDE * SAFE, (SIDE * (1 - SAFE)) / 2];
  const inner = svg.replace('<svg ', `<svg x="${edge}" y="${edge}" width="${size}" height="${size}" `);
  const ground = `<rect width="${SIDE}" height="${SIDE}" fill="${GROUND}"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIDE} ${SIDE}">${ground}${inner}</svg>`;
}

const png = (svg, width) => new Resvg(svg, { fitTo: { mode: 'width', value: width } }).render().asPng();

await initWasm(readFileSync(createRequire(import.meta.url).resolve('@resvg/resvg-wasm/index_bg.wasm')));
const svg = readFileSync(source, 'utf8');
mkdirSync(folder, { recursive: true });
copyFileSync(source, join(folder, 'icon.svg'));
for (const size of [192, 512]) writeFileSync(join(folder, `icon-${size}.png`), png(svg, size));
writeFileSync(join(folder, 'maskable-512.png'), png(bleeding(svg), 512));
writeFileSync(join(folder, 'apple-touch-icon.png'), png(bleeding(svg), 180));
