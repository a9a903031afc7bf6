/** One meaning, one colour, on every panel. Names are Grafana's palette. */
export const COLOURS = {
  admitted: 'green',
  waiting: 'blue',
  limits: 'orange',
  failed: 'red',
  offered: 'purple',
  configured: 'dark-yellow',
  neutral: 'text',
} as const;

export type Colour = keyof typeof COLOURS;
