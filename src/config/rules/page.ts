/** The waiting page: its languages, and where it sends people. */
import { RouteMatcher } from '../../campaign/routes.js';
import { isLocalPath, returnPath } from '../../http/waiting-page/return-path.js';
import { loadTexts } from '../../http/waiting-page/texts.js';
import type { Rule } from '../rule.js';
import type { CampaignConfig } from '../schema.js';

const texts: Rule = {
  id: 'page-texts',
  verdict: 'refused',
  problem: 'The waiting page has no texts to speak with.',
  cure: 'Name a folder of language files, each with all its texts, and a language that is there.',
  *find({ campaigns }) {
    for (const [index, { page }] of campaigns.entries()) {
      const at = ['campaigns', index, 'page'];
      const languages = languagesIn(page.textsFolder);
      if (languages instanceof Error) {
        yield { path: [...at, 'textsFolder'], value: page.textsFolder, problem: `${sentence(languages)}.` };
      } else if (!languages.has(page.language)) {
        const problem = `There are no texts in ${page.language}, only in ${[...languages].join(', ')}.`;
        yield { path: [...at, 'language'], value: page.language, problem, compared: [[...at, 'textsFolder']] };
      }
    }
  },
};

function languagesIn(folder: string | null): ReadonlySet<string> | Error {
  try {
    return new Set(loadTexts(folder).keys());
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function sentence({ message }: Error): string {
  return `The texts cannot be read: ${message.replaceAll(/\s+/g, ' ').replace(/\.$/, '')}`;
}

const returnTo: Rule = {
  id: 'page-return-not-served',
  verdict: 'refused',
  problem: 'People who are called would be sent to a path that the campaign does not serve by GET.',
  cure: 'Name a path of its routes or pass that takes GET, or set page.returnTo to null.',
  *find({ campaigns }) {
    for (const [index, campaign] of campaigns.entries()) {
      const { returnTo: wanted } = campaign.page;
      if (wanted === null || (isLocalPath(wanted) && returnPath(wanted, servedBy(campaign)) !== null)) continue;
      const compared = [
        ['campaigns', index, 'routes'],
        ['campaigns', index, 'pass'],
      ];
      yield { path: ['campaigns', index, 'page', 'returnTo'], value: wanted, compared };
    }
  },
};

function servedBy(campaign: CampaignConfig): (path: string) => boolean {
  const matcher = new RouteMatcher([campaign]);
  return (path) => {
    const { kind } = matcher.match('GET', path);
    return kind === 'guarded' || kind === 'pass';
  };
}

export const pageRules: readonly Rule[] = [texts, returnTo];
