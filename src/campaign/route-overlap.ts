/** Whether two routes could claim the same request: then nobody can say which campaign it belongs to. */
import { parseRoutePattern, type Segment } from './route-pattern.js';

export interface MethodsAndPath {
  readonly methods: readonly string[];
  readonly path: string;
}

/**
 * Whether some method and path match both. A guarded GET also stands for HEAD, as services answer HEAD with GET.
 * @throws RangeError when a path is no pattern
 */
export function overlaps(a: MethodsAndPath, b: MethodsAndPath): boolean {
  return sharesMethod(a, b) && sharesPath(parseRoutePattern(a.path), parseRoutePattern(b.path));
}

function sharesMethod(a: MethodsAndPath, b: MethodsAndPath): boolean {
  const methods = new Set(withHead(a.methods));
  return withHead(b.methods).some((method) => methods.has(method));
}

function withHead(methods: readonly string[]): readonly string[] {
  return methods.includes('GET') ? [...methods, 'HEAD'] : methods;
}

function sharesPath(a: readonly Segment[], b: readonly Segment[]): boolean {
  for (let i = 0; i < a.length || i < b.length; i++) {
    const left = a[i];
    const right = b[i];
    if (left === undefined || right === undefined) return false;
    if (left.kind === 'rest' || right.kind === 'rest') return true;
    if (left.kind === 'literal' && right.kind === 'literal' && left.text !== right.text) return false;
  }
  return true;
}
