/** The OpenAPI document as a judge: is this answer one that it names, and is it as it says? */
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import type { Answer, Sent } from '../gateway/client.js';

interface Schema {
  readonly allOf?: readonly Schema[];
  readonly properties?: { readonly code?: { readonly enum?: readonly string[] } };
}
interface Response {
  readonly headers?: Readonly<
    Record<string, { readonly $ref?: string; readonly required?: boolean; readonly schema?: object }>
  >;
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}
interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, Response & { readonly $ref?: string }>>;
}

const text = readFileSync('docs/openapi.yaml', 'utf8');
const document = parse(text) as { paths: Record<string, Record<string, Operation>>; 'x-any-request': string[] };

/** Codes of answers to any request, before it is known what it is for. */
export const ANY_REQUEST: readonly string[] = document['x-any-request'];
// The fixed names of OpenAPI itself are no keywords of JSON Schema.
const ajv = new Ajv2020({ allErrors: true, strict: false });
(addFormats as unknown as (to: Ajv2020) => void)(ajv);
ajv.addSchema({ $id: 'openapi.yaml', ...document });

function resolve<T>(value: T & { readonly $ref?: string }): T {
  if (value.$ref === undefined) return value;
  return value.$ref
    .slice(2)
    .split('/')
    .reduce((at, name) => (at as Record<string, unknown>)[name], document as unknown) as T;
}

const METHODS = ['get', 'post', 'delete'];

interface Documented {
  readonly method: string;
  readonly path: RegExp;
  readonly operation: Operation;
}

const documented: readonly Documented[] = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item)
    .filter(([method]) => METHODS.includes(method))
    .map(([method, operation]) => ({
      method: method.toUpperCase(),
      path: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
      operation,
    })),
);

function codesOf(response: Response): readonly string[] {
  const schema = response.content?.['application/problem+json']?.schema;
  return schema?.allOf?.flatMap(({ properties }) => properties?.code?.enum ?? []) ?? [];
}

/** `operation status code` of every answer that the document names; without a code where the answer has none. */
export function namedAnswers(): string[] {
  return documented.flatMap(({ operation }) =>
    Object.entries(operation.responses).flatMap(([status, response]) => {
      const codes = codesOf(resolve(response));
      if (codes.length === 0) return [`${operation.operationId} ${status}`];
      return codes.map((code) => `${operation.operationId} ${status} ${code}`);
    }),
  );
}

/** @returns the name of the answer, and what is wrong with it */
export function judge(sent: Sent, answer: Answer): { readonly name: string; readonly faults: readonly string[] } {
  const { method = 'GET', path } = sent;
  const bare = path.split('?')[0]!;
  const onPath = documented.filter((one) => one.path.test(bare));
  // Methods that a path does not take are refused by any of its operations.
  const { operation } = onPath.find((one) => one.method === method) ?? onPath[0]!;
  const status = String(answer.status);
  const code = answer.headers['spillway-code'];
  // What has no code on a claim is the service's.
  const key = code === undefined && 'default' in operation.responses ? 'default' : status;
  const name = [operation.operationId, key, ...(code === undefined ? [] : [code])].join(' ');
  const response = operation.responses[key];
  if (response === undefined) return { name, faults: [`${status} is not documented`] };
  return { name, faults: [...headerFaults(resolve(response), answer), ...bodyFaults(resolve(response), answer)] };
}

function headerFaults({ headers = {} }: Response, answer: Answer): string[] {
  return Object.entries(headers).flatMap(([name, header]) => {
    const { required = false, schema = {} } = resolve(header);
    const value = answer.headers[name.toLowerCase()];
    if (value === undefined) return required ? [`${name} is missing`] : [];
    return ajv.validate(schema, value) ? [] : [`${name}: ${value}: ${ajv.errorsText()}`];
  });
}

function bodyFaults({ content }: Response, answer: Answer): string[] {
  const type = String(answer.headers['content-type'] ?? '').split(';')[0]!;
  if (content === undefined) return answer.body.length === 0 ? [] : ['it has a body'];
  const body = content[type] ?? content['*/*'];
  if (body === undefined) return [`${type} is not documented`];
  if (!type.endsWith('json')) return [];
  const schema = JSON.parse(JSON.stringify(body.schema).replaceAll('"#/', '"openapi.yaml#/'));
  return ajv.validate(schema, answer.json()) ? [] : [ajv.errorsText()];
}
