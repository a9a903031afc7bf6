/** The rooms of src/ and what each may look into. Run by `npm run rooms`. */
const PURE = 'kernel|campaign|buckets/(gcra|memory-buckets|refusal-cache)|waiting-room';

module.exports = {
  forbidden: [
    {
      name: 'kernel-alone',
      comment: 'The kernel imports no other room.',
      severity: 'error',
      from: { path: '^src/kernel/' },
      to: { path: '^src/(?!kernel/)' },
    },
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'redis-in-its-place',
      comment: 'Only redis-*.ts and the redis room know Redis.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: ['^src/redis/', '/redis-[^/]+\\.ts$', '^src/compose/', '^src/buckets/open\\.ts$'],
      },
      to: { path: ['^src/redis/', '(^|/)node_modules/ioredis/'] },
    },
    {
      name: 'express-in-its-place',
      comment: 'Express answers clients and operators, nobody else.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(http|admin)/' },
      to: { path: '(^|/)node_modules/express/' },
    },
    {
      name: 'prom-client-in-its-place',
      comment: 'The catalogue is the only source of metrics.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/metrics/' },
      to: { path: '(^|/)node_modules/prom-client/' },
    },
    {
      name: 'admission-knows-ports',
      comment: 'Decisions know ports; the compose room knows which class stands behind them.',
      severity: 'error',
      from: { path: '^src/admission/', pathNot: '/(redis|memory)-[^/]+\\.ts$' },
      to: { path: ['/(redis|memory)-[^/]+\\.ts$', '^src/(http|proxy|admin|metrics|config/load)'] },
    },
    {
      name: 'pure-rooms',
      comment: 'Rules of the line, the buckets and the schedule do no input or output.',
      severity: 'error',
      from: { path: `^src/(${PURE})` },
      to: { path: '^(node:)?(fs|net|http|https|child_process|dns|tls)($|/)' },
    },
    {
      name: 'compose-on-top',
      comment: 'Nothing but the commands and the library imports the composition root.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/compose/', '^src/cli/', '^src/library/', '^src/main\\.ts$'] },
      to: { path: '^src/(compose/|main)' },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: {
        orphan: true,
        path: '^src/',
        pathNot: [
          '-process\\.ts$',
          'waiting-page/(page|work)\\.js$',
          '^src/client/client\\.ts$',
          '^src/library/create-gateway\\.ts$',
          '^src/buckets/open\\.ts$',
        ],
      },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    parser: 'swc',
    enhancedResolveOptions: { extensions: ['.ts', '.js'], mainFields: ['module', 'main', 'types'] },
  },
};
