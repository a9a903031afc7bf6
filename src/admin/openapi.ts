/** The admin API as an OpenAPI document; what bodies may hold comes from the schemas that judge them. @see https://spec.openapis.org/oas/v3.1.0 */
import * as z from 'zod';
import {
  changeSchema,
  clearSchema,
  eraseSchema,
  reasonSchema,
  releaseSchema,
  resetSchema,
  resolveSchema,
} from './changes.js';
import { logSchema } from './log-routes.js';

interface Operation {
  readonly summary: string;
  readonly body?: z.ZodType;
  /** Its effect can be predicted. */
  readonly predicts?: boolean;
  /** Its effect can be predicted, and it can be bound to a revision. */
  readonly turns?: boolean;
  readonly status?: number;
  readonly query?: readonly string[];
  /** Header fields that say what is meant. */
  readonly fields?: readonly string[];
  /** Answers with a stream of events. */
  readonly stream?: boolean;
  /** Answers with JSON objects, one a line. */
  readonly lines?: boolean;
  /** It cannot be answered without the store. */
  readonly store?: boolean;
  /** Further refusals, beside those that its other members bring. */
  readonly refusals?: Readonly<Record<number, string>>;
}

const WHOSE = 'VALUE_INVALID: exactly one of the two fields is wanted';
const CAMPAIGN = '/campaigns/{campaign}';

const OPERATIONS: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  '/campaigns': { get: { summary: 'All campaigns, as this gateway knows them' } },
  [CAMPAIGN]: {
    get: { summary: 'One campaign, with the newest settings; ETag is their revision' },
    patch: { summary: 'Sets overrides, or takes them away by null', body: changeSchema, turns: true, store: true },
  },
  [`${CAMPAIGN}/overrides`]: {
    delete: { summary: 'Takes all overrides away: the file holds again', body: clearSchema, turns: true, store: true },
  },
  [`${CAMPAIGN}/reset`]: {
    post: {
      summary: 'A new epoch: the line is empty, tickets so far are outdated',
      body: resetSchema,
      turns: true,
      store: true,
    },
  },
  [`${CAMPAIGN}/release`]: {
    post: { summary: 'Calls the next in line ahead of their time', body: releaseSchema, turns: true, store: true },
  },
  [`${CAMPAIGN}/confirm-losses`]: {
    post: {
      summary: 'After a loss of data, claims with a ledger may go on',
      body: reasonSchema,
      turns: true,
      store: true,
    },
  },
  [`${CAMPAIGN}/place`]: {
    get: {
      summary: 'The place of a ticket or of a claimant',
      fields: ['Spillway-Ticket', 'Spillway-Claimant'],
      store: true,
      refusals: { 422: WHOSE },
    },
    delete: {
      summary: "Takes a claimant's place away",
      body: reasonSchema,
      fields: ['Spillway-Claimant'],
      store: true,
    },
  },
  [`${CAMPAIGN}/end-sessions`]: {
    post: { summary: 'All sessions are over', body: reasonSchema, turns: true, store: true },
  },
  [`${CAMPAIGN}/session`]: {
    delete: {
      summary: "Ends a claimant's session, if there is one",
      body: reasonSchema,
      fields: ['Spillway-Ticket', 'Spillway-Claimant'],
      store: true,
    },
  },
  [`${CAMPAIGN}/claims`]: {
    get: { summary: 'Figures of line, ledger and budget, from the store', store: true },
  },
  [`${CAMPAIGN}/claims/unknown`]: {
    get: { summary: 'Claims of which nobody knows how they ended, one JSON object a line', lines: true, store: true },
  },
  [`${CAMPAIGN}/claims/{claim}/resolve`]: {
    post: {
      summary: 'Says how such a claim ended; the claim lost: all units set aside for entries that were lost',
      body: resolveSchema,
      store: true,
      refusals: { 409: 'CLAIM_SETTLED, CLAIM_IN_FLIGHT: nobody has to say how it ended' },
    },
  },
  [`${CAMPAIGN}/claims/erase`]: {
    post: {
      summary: 'Takes what a claim was answered out of the store and out of every gateway; that it was answered stays',
      body: eraseSchema,
      predicts: true,
      store: true,
      refusals: { 409: 'CLAIM_OPEN: it has no answer yet' },
    },
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
  '/gateways': { get: { summary: 'Gateways on this store, and which one answers', store: true } },
  '/config': { get: { summary: 'The effective configuration, secrets masked' } },
  '/audit': {
    get: {
      summary: 'What was changed, newest first, and whether the logs are intact',
      query: ['limit'],
      store: true,
      refusals: { 422: 'VALUE_INVALID: limit is out of range' },
    },
  },
  '/log': {
    get: { summary: 'The level that this gateway logs from' },
    put: { summary: 'Changes it, until the gateway is started or configured anew', body: logSchema },
  },
  '/me': { get: { summary: 'Whose token this is, and its role' } },
  '/live': {
    get: {
      summary: 'Everything that moves, as a stream of events: hello, state, sample',
      stream: true,
      refusals: { 503: 'TOO_MANY_READERS: close another page' },
    },
  },
  '/openapi.json': { get: { summary: 'This document' } },
};

export function openApi(version: string): object {
  const paths = Object.entries(OPERATIONS).map(([path, operations]) => {
    const names = [...path.matchAll(/{(\w+)}/g)].map(([, name]) => parameter(name!, 'path', 'string'));
    const named = names.length > 0 ? { parameters: names } : {};
    const methods = Object.entries(operations).map(([method, one]) => [method, operation(path, method, one)]);
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

function operation(path: string, method: string, one: Operation): object {
  const { summary, body, turns = false, predicts = turns, status = 200, query = [], fields = [], stream, lines } = one;
  const done = { description: 'Done', content: stream ? STREAM : lines ? JSON_LINES : JSON_OBJECT };
  const refusals = Object.entries(refusalsOf(path, method, one)).map(([code, why]) => [
    code,
    { description: why, content: PROBLEM_CONTENT },
  ]);
  return {
    summary,
    parameters: [
      ...query.map((name) => parameter(name, 'query', 'integer')),
      ...fields.map((name) => parameter(name, 'header', 'string')),
      ...(predicts ? [parameter('dryRun', 'query', 'boolean')] : []),
      ...(turns ? [parameter('If-Match', 'header', 'string')] : []),
    ],
    ...(body === undefined ? {} : { requestBody: { content: { 'application/json': { schema: schemaOf(body) } } } }),
    responses: { [status]: done, ...Object.fromEntries(refusals) },
  };
}

function refusalsOf(path: string, method: string, { body, turns, store, refusals }: Operation): Record<number, string> {
  return {
    401: 'TOKEN_UNKNOWN: no token, or none of those configured',
    ...(method === 'get' ? {} : { 403: 'ROLE_INSUFFICIENT: this takes the role operator' }),
    ...(path.includes('{campaign}')
      ? { 404: 'CAMPAIGN_UNKNOWN, PLACE_UNKNOWN, CLAIM_UNKNOWN: there is no such thing' }
      : {}),
    ...(turns ? { 412: 'REVISION_STALE: the settings have changed since If-Match' } : {}),
    ...(body === undefined ? {} : { 422: 'VALUE_INVALID, CONFIG_INVALID: faults and problems say what is wrong' }),
    429: 'TOO_MANY_ATTEMPTS: too many unknown tokens came from this address',
    ...(store ? { 503: 'STORE_UNAVAILABLE: whether a change was made is not known' } : {}),
    ...refusals,
  };
}

function parameter(name: string, place: 'path' | 'query' | 'header', type: string): object {
  return { name, in: place, required: place === 'path', schema: { type } };
}

function schemaOf(schema: z.ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
}

const JSON_OBJECT = { 'application/json': { schema: { type: 'object' } } };
const PROBLEM_CONTENT = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
const JSON_LINES = { 'application/x-ndjson': { schema: { type: 'string' } } };
const STREAM = { 'text/event-stream': { schema: { type: 'string' } } };

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
