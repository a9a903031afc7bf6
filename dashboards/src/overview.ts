/** The campaign, from the people at the door to the service behind. */
import { frame } from './frame.js';
import { place } from './layout.js';
import { claims, facts } from './overview-claims.js';
import { demand } from './overview-demand.js';
import { line } from './overview-line.js';
import { now } from './overview-now.js';

export const overview = place(
  frame({
    uid: 'spillway-overview',
    title: 'Spillway / Overview',
    description: 'State, demand, line and claims of the campaigns. Start here.',
  }),
  [now, demand, line, claims, facts],
);
