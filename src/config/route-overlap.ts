/** Whether one request could belong to two routes. Pure; paths are those of `route-schema.ts`. */
import type { RouteConfig } from './schema.js';

/** Some path fits both patterns. A last `*` stands for one segment or more, `:name` for exactly one. */
export function pathsOverlap(a: string, b: string): boolean {
  const [left, right] = [segmentsOf(a), segmentsOf(b)];
  for (let index = 0; ; index++) {
    const [x, y] = [left[index], right[index]];
    if (x === undefined || y === undefined) return x === y;
    if (x === '*' || y === '*') return true;
    if (!x.startsWith(':') && !y.startsWith(':') && x !== y) return false;
  }
}

/** Some request fits both routes. A route for GET answers HEAD as well (RFC 9110, section 9.3.2). */
export function routesOverlap(a: RouteConfig, b: RouteConfig): boolean {
  const methods = new Set(withHead(a.methods));
  return withHead(b.methods).some((method) => methods.has(method)) && pathsOverlap(a.path, b.path);
}

/** Whether every path of the pattern is `base` or lies below it. */
export function liesBelow(pattern: string, base: string): boolean {
  const segments = segmentsOf(pattern);
  return segmentsOf(base).every((segment, index) => segments[index] === segment);
}

function segmentsOf(path: string): string[] {
  return path.split('/').slice(1);
}

function withHead(methods: readonly string[]): readonly string[] {
  return methods.includes('GET') ? [...methods, 'HEAD'] : methods;
}
