/** The manifests: valid for the API they are sent to, complete, and wired to what the gateway really serves. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import * as operator from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import * as apps from 'kubernetes-models/apps/v1';
import * as autoscaling from 'kubernetes-models/autoscaling/v2';
import * as networking from 'kubernetes-models/networking.k8s.io/v1';
import * as policy from 'kubernetes-models/policy/v1';
import * as core from 'kubernetes-models/v1';
import { monitoring } from '../../scripts/kubernetes.mjs';
import { loadConfig } from '../../src/config/load.js';
import { kustomizations, type Manifest, manifest, manifests, ROOT, resourceFiles, takenIn } from './manifests.js';

interface Model {
  new (data: never): { validate(): void };
}
const MODELS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'apps/v1': apps,
  'autoscaling/v2': autoscaling,
  'monitoring.coreos.com/v1': operator,
  'networking.k8s.io/v1': networking,
  'policy/v1': policy,
  v1: core,
};

function problemOf({ apiVersion, kind, ...rest }: Manifest['body']): string | null {
  const model = MODELS[apiVersion]?.[kind] as Model | undefined;
  if (model === undefined) return `no model of ${apiVersion} ${kind}`;
  try {
    new model(rest as never).validate();
    return null;
  } catch (fault) {
    return String(fault);
  }
}

interface Container {
  readonly ports: ReadonlyArray<{ readonly name: string; readonly containerPort: number }>;
  readonly readinessProbe: { readonly httpGet: object };
  readonly livenessProbe: { readonly httpGet: object };
  readonly lifecycle: { readonly preStop: { readonly exec: { readonly command: readonly string[] } } };
  readonly securityContext: object;
}
interface PodTemplate {
  readonly template: {
    readonly metadata: { readonly labels: Labels };
    readonly spec: { readonly terminationGracePeriodSeconds: number; readonly containers: readonly [Container] };
  };
}
type Labels = Readonly<Record<string, string>>;
type Selecting = { readonly selector: Labels | { readonly matchLabels: Labels } };

const templateOf = (body: Manifest['body']): PodTemplate['template'] => (body.spec as PodTemplate).template;
const labelsIn = ({ selector }: Selecting): Labels =>
  typeof selector.matchLabels === 'object' ? selector.matchLabels : (selector as Labels);

describe('the Kubernetes manifests', () => {
  it('are each valid for their API', () => {
    expect(manifests.map(({ file, body }) => [file, problemOf(body)]).filter(([, problem]) => problem)).toEqual([]);
  });

  it('would be found invalid with a misspelt value', () => {
    expect(
      problemOf({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'x' }, spec: { ports: 80 } }),
    ).not.toBeNull();
  });

  it('are each taken in by a kustomization, and no kustomization names what is not there', () => {
    const taken = new Set(kustomizations.flatMap(takenIn));
    expect(resourceFiles.filter((file) => !taken.has(file))).toEqual([]);
  });

  it('let the gateway run without rights, on a read-only file system', () => {
    const template = templateOf(manifest('Deployment', 'spillway'));
    expect(template.spec).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true },
    });
    expect(template.spec.containers[0].securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  it('scale by processor time and requests in flight, and never by the length of the line', () => {
    const { metrics } = manifest('HorizontalPodAutoscaler', 'spillway').spec as {
      metrics: Array<{ resource?: { name: string }; pods?: { metric: { name: string } } }>;
    };
    expect(metrics.map(({ resource, pods }) => resource?.name ?? pods?.metric.name)).toEqual([
      'cpu',
      'spillway_requests_in_flight',
    ]);
  });

  it('take the same rules and dashboards as everybody else', () => {
    const differ = monitoring().filter(({ path, text }) => readFileSync(path, 'utf8') !== text);
    expect(differ.map(({ path }) => `${path}: run node scripts/kubernetes.mjs`)).toEqual([]);
  });

  it('give every selector labels that the pods carry', () => {
    const pods = ['Deployment', 'StatefulSet'].flatMap((kind) =>
      manifests
        .filter(({ body }) => body.kind === kind)
        .map(
          ({ body, file }): Labels => ({
            // The base's kustomization puts the name on the templates.
            'app.kubernetes.io/name': file.startsWith(`${ROOT}/base/`) ? 'spillway' : '',
            ...templateOf(body).metadata.labels,
          }),
        ),
    );
    const selectors = manifests
      .filter(({ body }) => ['Service', 'PodDisruptionBudget'].includes(body.kind))
      .map(({ body }) => labelsIn(body.spec as Selecting));
    for (const selector of selectors) {
      expect(pods.some((labels) => Object.entries(selector).every(([name, value]) => labels[name] === value))).toBe(
        true,
      );
    }
  });
});

describe('the configuration in the manifests', () => {
  const env = { SPILLWAY_STORE_URL: 'redis://redis:6379', SPILLWAY_ADMIN_TOKENS: tokens() };
  const secret = Buffer.from('only for the manifests of Spillway 0123456789');
  const readFile = (path: string): Buffer => (path.startsWith('/run/secrets/') ? secret : readFileSync(path));
  const { config } = loadConfig({ file: `${ROOT}/base/spillway.yaml`, env, readFile });
  const template = templateOf(manifest('Deployment', 'spillway'));
  const [container] = template.spec.containers;

  it('is one that the gateway takes', () => {
    expect(config.campaigns.map(({ id }) => id)).toEqual(['lny-2026']);
  });

  it('listens where the probes, the services and the monitor look', () => {
    const ports = Object.fromEntries(container.ports.map(({ name, containerPort }) => [name, containerPort]));
    expect(ports).toEqual({ http: config.server.port, admin: config.admin.port });
    expect(container.readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'admin' });
    expect(container.livenessProbe.httpGet).toEqual({ path: '/livez', port: 'admin' });
  });

  it('leaves a stopping pod more time than the gateway takes to drain', () => {
    const preStopMs = 5000;
    expect(container.lifecycle.preStop.exec.command.at(-1)).toContain(String(preStopMs));
    const needed = preStopMs + config.server.leaveMs + config.server.drainMs;
    expect(template.spec.terminationGracePeriodSeconds * 1000).toBeGreaterThan(needed);
  });
});

function tokens(): string {
  const trial = kustomizations.find(({ folder }) => folder.endsWith('overlays/trial'));
  const literals = trial?.secretGenerator?.[0]?.literals ?? [];
  return literals.find((literal) => literal.startsWith('admin-tokens='))!.slice('admin-tokens='.length);
}
