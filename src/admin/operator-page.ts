/**
 * `GET /` of the admin listener: the operator page, one document without any other resource. Style and script are the
 * same for everybody and allowed by their hashes alone. It shows nothing by itself: everything comes by the admin API,
 * with the token of whoever looks.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { RequestHandler } from 'express';
import helmet from 'helmet';

const asset = (name: string): string => readFileSync(new URL(`./page/${name}`, import.meta.url), 'utf8').trim();

/** uPlot draws the lines. The build puts its files beside ours; from the sources it is found among the packages. */
function plotter(name: string): string {
  const beside = new URL(`./page/${name}`, import.meta.url);
  if (existsSync(beside)) return readFileSync(beside, 'utf8').trim();
  return readFileSync(createRequire(import.meta.url).resolve(`uplot/dist/${name}`), 'utf8').trim();
}

/** Modules among the sources, one script on the page: each after those that it imports from. */
const SCRIPTS = ['words.js', 'elements.js', 'api.js', 'lines.js', 'controls.js', 'panels.js', 'campaign.js', 'page.js'];

function joined(module: string): string {
  return asset(module)
    .replace(/^import .*;$/gm, '')
    .replace(/^export /gm, '');
}

export function operatorPage(): RequestHandler[] {
  const style = [plotter('uPlot.min.css'), asset('page.css')].join('\n');
  const own = `(()=>{"use strict";\n${SCRIPTS.map(joined).join('\n')}\n})()`;
  const script = [plotter('uPlot.iife.min.js'), own].join('\n');
  const html = asset('page.html')
    .replace('<!--style-->', () => `<style>${style}</style>`)
    .replace('<!--script-->', () => `<script>${script}</script>`);
  const policy = helmet.contentSecurityPolicy({
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: [hashOf(script)],
      styleSrc: [hashOf(style)],
      connectSrc: ["'self'"],
      imgSrc: ['data:'],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
  });
  return [
    policy,
    (_req, res) => {
      res.set('Content-Type', 'text/html; charset=utf-8').end(html);
    },
  ];
}

/** As CSP Level 3 writes it. */
function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
