/** The admin API as an OpenAPI document; what bodies may hold comes from the schemas that judge them. @see https://spec.openapis.org/oas/v3.1.0 */
import { z } from 'zod';
import { changeSchema, clearSchema, reasonSchema, resetSchema } from './changes.js';

interface Operation {
  readonly summary: string;
  readonly body?: z.ZodType;
  /** Its effect can be predicted. */
  readonly predicts?: boolean;
  /** Its effect can be predicted, and it can be bound to a revision. */
  readonly turns?: boolean;
  readonly status?: number;
  readonly query?: readonly string[];
}

const CAMPAIGN = '/campaigns/{campaign}';

const OPERATIONS: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  '/campaigns': { get: { summary: 'All campaigns, as this gateway knows them' } },
  [CAMPAIGN]: {
    get: { summary: 'One campaign, with the newest settings; ETag is their revision' },
    patch: { summary: 'Sets overrides, or takes them away by null', body: changeSchema, turns: true },
  },
  [`${CAMPAIGN}/overrides`]: {
    delete: { summary: 'Takes all overrides away: the file holds again', body: clearSchema, turns: true },
  },
  [`${CAMPAIGN}/reset`]: {
    post: { summary: 'A new epoch: the line is empty, tickets so far are outdated', body: resetSchema, turns: true },
  },
  [`${CAMPAIGN}/confirm-losses`]: {
    post: { summary: 'After a loss of data, claims with a ledger may go on', body: reasonSchema, turns: true },
  },
  [`${CAMPAIGN}/drain`]: { post: { summary: 'The same as /drain', body: reasonSchema, status: 202 } },
  '/drain': {
    post: { summary: 'This gateway finishes what it has, and stops, as on SIGTERM', body: reasonSchema, status: 202 },
  },
  '/reload': {
    post: {
      summary: 'Reads the configuration anew; all of it holds, or nothing changes',
      body: reasonSchema,
      predicts: true,
    },
  },
  '/gateways': { get: { summary: 'Gateways on this store, and which one answers' } },
  '/config': { get: { summary: 'The effective configuration, secrets masked' } },
  '/audit': { get: { summary: 'What was changed, newest first, and whether the logs are intact', query: ['limit'] } },
  '/openapi.json': { get: { summary: 'This document' } },
};

export function openApi(version: string): object {
  const paths = Object.entries(OPERATIONS).map(([path, operations]) => {
    const named = path.includes('{campaign}') ? { parameters: [parameter('campaign', 'path', 'string')] } : {};
    const methods = Object.entries(operations).map(([method, one]) => [method, operation(one)]);
    return [path, { ...named, ...Object.fromEntries(methods) }];
  });
  return {
    openapi: '3.1.0',
    info: { title: 'Spillway admin API', version },
    servers: [{ url: '/admin/v1' }],
    security: [{ token: [] }],
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } }, schemas: { Problem: PROBLEM } },
    paths: Object.fromEntries(paths),
  };
}

function operation({ summary, body, turns = false, predicts = turns, status = 200, query = [] }: Operation): object {
  const conditions = [
    ...(predicts ? [parameter('dryRun', 'query', 'boolean')] : []),
    ...(turns ? [parameter('If-Match', 'header', 'string')] : []),
  ];
  const problem = { content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } };
  return {
    summary,
    parameters: [...query.map((name) => parameter(name, 'query', 'integer')), ...conditions],
    ...(body === undefined ? {} : { requestBody: { content: { 'application/json': { schema: schemaOf(body) } } } }),
    responses: {
      [status]: { description: 'Done', content: { 'application/json': { schema: { type: 'object' } } } },
      default: { description: 'Refused', ...problem },
    },
  };
}

function parameter(name: string, place: 'path' | 'query' | 'header', type: string): object {
  return { name, in: place, required: place === 'path', schema: { type } };
}

function schemaOf(schema: z.ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
}

/** RFC 9457. */
const PROBLEM = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code', 'instance'],
  properties: {
    ...Object.fromEntries(['type', 'title', 'detail', 'code', 'instance'].map((name) => [name, { type: 'string' }])),
    status: { type: 'integer' },
    faults: {
      type: 'array',
      items: {
        type: 'object',
        properties: Object.fromEntries(['path', 'problem', 'cure'].map((name) => [name, { type: 'string' }])),
      },
    },
  },
};
