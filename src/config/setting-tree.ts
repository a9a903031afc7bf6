/**
 * The schema as a tree that can be walked: the JSON Schema (draft 2020-12) of what may be written in the file.
 * Environment names, cures, masks and the reference table all come from this one tree.
 */
import * as z from 'zod';
import type { Path } from './path.js';
import { configSchema } from './schema.js';

/** The keywords of JSON Schema that this configuration uses. */
export interface SettingNode {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, SettingNode>>;
  readonly required?: readonly string[];
  readonly items?: SettingNode;
  readonly anyOf?: readonly SettingNode[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly format?: string;
  readonly $comment?: string;
  readonly writeOnly?: boolean;
}

/** The JSON Schema of the configuration file, as editors and linters read it. */
export function configJsonSchema(): Record<string, unknown> {
  return {
    title: 'Spillway configuration',
    ...z.toJSONSchema(configSchema, { io: 'input', target: 'draft-2020-12' }),
  };
}

let tree: SettingNode | undefined;

/** Made when first asked for: a start without a fault and without variables has no use for it. */
export function settingTree(): SettingNode {
  tree ??= configJsonSchema() as SettingNode;
  return tree;
}

/** A node of one type. */
export type Alternative = SettingNode & { readonly type?: string };

/** The alternatives of a node; a node without any is its own only one. */
export function alternatives(node: SettingNode): readonly Alternative[] {
  if (node.anyOf) return node.anyOf.flatMap(alternatives);
  return [node.type].flat().map((type) => (type === undefined ? (node as Alternative) : { ...node, type }));
}

/** The settings directly below a mapping; empty for anything else. */
export function propertiesOf(node: SettingNode): Readonly<Record<string, SettingNode>> {
  return alternatives(node).find((alternative) => alternative.properties)?.properties ?? {};
}

/** What the entries of a list are; undefined for anything but a list. */
export function itemsOf(node: SettingNode): SettingNode | undefined {
  return alternatives(node).find((alternative) => alternative.items)?.items;
}

/** One step down; undefined where the schema knows nothing of that name. */
export function childOf(node: SettingNode | undefined, part: string | number): SettingNode | undefined {
  if (node === undefined) return undefined;
  if (typeof part === 'number') return itemsOf(node);
  const properties = propertiesOf(node);
  return Object.hasOwn(properties, part) ? properties[part] : undefined;
}

export function nodeAt(path: Path): SettingNode | undefined {
  return path.reduce<SettingNode | undefined>(childOf, settingTree());
}
