/**
 * What may be printed. Hidden are the settings that the schema marks `writeOnly`, credentials inside any URL, and
 * values under unknown names that sound secret: a mistyped `secrt` must not put its value into a log.
 */
import { stringify } from 'yaml';
import { nearest } from './nearest.js';
import type { Config } from './schema.js';
import { alternatives, childOf, propertiesOf, type SettingNode, settingTree } from './setting-tree.js';

export const HIDDEN = '***';

const SOUNDS_SECRET = /secre?t|pass|pwd|token|credential|private|auth|sha256|(^|_|[a-z])keys?$/i;

export function soundsSecret(name: string): boolean {
  return SOUNDS_SECRET.test(name);
}

/**
 * `value` without its secrets, as a copy.
 * @param node - what the schema says of the value; undefined for a value it does not know
 */
export function maskValue(value: unknown, node: SettingNode | undefined): unknown {
  if (node && alternatives(node).some((alternative) => alternative.writeOnly === true)) return hide(value);
  if (typeof value === 'string') return maskUrl(value);
  if (Array.isArray(value)) return value.map((item, index) => maskValue(item, childOf(node, index)));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const child = childOf(node, key);
      return [key, child === undefined ? maskUnknown(key, item, node) : maskValue(item, child)];
    }),
  );
}

/** The value under a name that the schema does not know, which may be a secret's name with a slip in it. */
export function maskUnknown(name: string, value: unknown, holder: SettingNode | undefined): unknown {
  const meant = holder && nearest(name, Object.keys(propertiesOf(holder)));
  const secret = meant !== undefined && childOf(holder, meant)?.writeOnly === true;
  return secret || soundsSecret(name) ? hide(value) : maskValue(value, undefined);
}

/** Absence stays visible; everything else does not, not even its type. */
export function hide(value: unknown): unknown {
  return value === undefined || value === null ? value : HIDDEN;
}

/**
 * Credentials end at the last `@`, since passwords are seen unescaped in practice. A user name alone is hidden too:
 * some services take a token there.
 */
export function maskUrl(text: string): string {
  return text
    .replace(/^([^:@]*:\/\/)([^:@]*)(:?)(.*)@/s, (_, scheme: string, user: string, colon: string) =>
      colon === '' ? `${scheme}${HIDDEN}@` : `${scheme}${user}:${HIDDEN}@`,
    )
    .replace(/([?&](?:password|pass|secret|token|auth)=)[^&#]*/gi, `$1${HIDDEN}`);
}

/** The effective configuration as YAML, without its secrets. */
export function maskedYaml(config: Config): string {
  return stringify(maskValue(config, settingTree()), { lineWidth: 0 });
}
