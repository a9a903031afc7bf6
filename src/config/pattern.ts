/** Text of a stated form. The wording serves messages, JSON Schema (`$comment`) and documentation alike. */
import * as z from 'zod';

/** @param form - completes "must be …" */
export function pattern(expression: RegExp, form: string): z.ZodString {
  return z
    .string()
    .regex(expression, `must be ${form}`)
    .meta({ $comment: `must be ${form}` });
}
