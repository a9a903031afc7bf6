/**
 * Security fields of answers that Spillway itself gives. Helmet decides them once, at start, against a response
 * that only listens; afterwards they are constants. Answers of an upstream never get them.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet, { type HelmetOptions } from 'helmet';

/**
 * The fields Helmet sets for `options`, as names and values in turn. Options whose value depends on a request
 * (directives that are functions) cannot be baked.
 * @throws whatever Helmet reports for a wrong option
 */
export function bakeSecurityHeaders(options: Readonly<HelmetOptions>): readonly string[] {
  const fields: string[] = [];
  const listener = {
    setHeader: (name: string, value: string) => fields.push(name, value),
    removeHeader: () => undefined,
  };
  helmet(options)({} as IncomingMessage, listener as unknown as ServerResponse, (fault) => {
    if (fault !== undefined) throw fault;
  });
  return Object.freeze(fields);
}

/**
 * For answers that are data and never a document: nothing may load, run, frame or sniff them. Fields that only
 * matter to documents are left out, as every field costs every refusal. Strict-Transport-Security is a promise
 * about a whole host, which only whoever runs the host can give.
 */
export const apiSecurityHeaders = bakeSecurityHeaders({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  },
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
  strictTransportSecurity: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xFrameOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
});
