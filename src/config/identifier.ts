/** Names that stand in URLs, Redis keys and metric labels, and therefore use no character that any of them reserves. */
import { pattern } from './pattern.js';

export const identifier = pattern(
  /^[a-z0-9][a-z0-9._-]{0,63}$/,
  '1 to 64 lower-case letters, digits, dots, dashes or underscores, the first a letter or digit',
);

/** An HTTP field name (RFC 9110, section 5.1), or a cookie name, which uses the same characters (RFC 6265). */
export const fieldName = pattern(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/, 'a name of RFC 9110, section 5.1');
