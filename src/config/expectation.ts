/** What a setting accepts, in words: "a whole number from 0 to 65535". */
import { type Alternative, alternatives, type SettingNode } from './setting-tree.js';

export function expectation(node: SettingNode): string {
  return alternatives(node).map(one).join(' or ');
}

function one(node: Alternative): string {
  if (node.const !== undefined) return JSON.stringify(node.const);
  if (node.enum) return node.enum.length === 1 ? String(node.enum[0]) : `one of ${node.enum.join(', ')}`;
  switch (node.type) {
    case 'integer':
      return `a whole number${range(node)}`;
    case 'number':
      return `a number${range(node)}`;
    case 'string':
      return textExpectation(node);
    case 'boolean':
      return 'true or false';
    case 'array':
      return listExpectation(node);
    case 'object':
      return 'a mapping';
    default:
      return node.type ?? 'a value';
  }
}

function range({ minimum, maximum }: SettingNode): string {
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  if (minimum !== undefined) return ` of at least ${minimum}`;
  return maximum === undefined ? '' : ` of at most ${maximum}`;
}

function textExpectation({ format, $comment, minLength, maxLength }: SettingNode): string {
  if (format === 'date-time') return 'an ISO 8601 instant with offset, e.g. 2026-02-16T20:00:00+08:00';
  if (format === 'uri') return 'an http:// or https:// URL';
  if ($comment) return $comment.replace(/^must be /, '');
  if (maxLength !== undefined) return `text of ${minLength ?? 0} to ${maxLength} characters`;
  return minLength === 1 ? 'non-empty text' : 'text';
}

function listExpectation({ items, minItems, maxItems }: SettingNode): string {
  const list = items === undefined || items.type === 'object' ? 'a list of mappings' : `a list: ${expectation(items)}`;
  if (minItems !== undefined) return `${list}; at least ${minItems}`;
  return maxItems === undefined ? list : `${list}; at most ${maxItems}`;
}
