/** The files that give Grafana its data source, folder and dashboards. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

const read = (path: string): unknown => parse(readFileSync(`dashboards/${path}`, 'utf8'));

describe('Grafana’s provisioning', () => {
  it('has a default Prometheus whose address comes from the environment', () => {
    expect(read('grafana/provisioning/datasources/spillway.yaml')).toMatchObject({
      apiVersion: 1,
      datasources: [{ type: 'prometheus', access: 'proxy', isDefault: true, url: '$' + '{PROMETHEUS_URL}' }],
    });
  });

  it('tells the data source how often Prometheus scrapes', () => {
    const { global } = read('prometheus/prometheus.yaml') as { global: { scrape_interval: string } };
    expect(read('grafana/provisioning/datasources/spillway.yaml')).toMatchObject({
      datasources: [{ jsonData: { timeInterval: global.scrape_interval } }],
    });
  });

  it('loads the dashboards from files into their folder, and keeps them as they are', () => {
    expect(read('grafana/provisioning/dashboards/spillway.yaml')).toMatchObject({
      apiVersion: 1,
      providers: [
        {
          folder: 'Spillway',
          type: 'file',
          allowUiUpdates: false,
          disableDeletion: true,
          options: { path: expect.any(String) },
        },
      ],
    });
  });
});
