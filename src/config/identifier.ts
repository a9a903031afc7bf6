/** Names that stand in URLs, Redis keys and metric labels, and therefore use no character that any of them reserves. */
import { z } from 'zod';

export const identifier = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'must be 1 to 64 lower-case letters, digits, dots, dashes or underscores');
