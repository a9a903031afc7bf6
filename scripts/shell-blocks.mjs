/**
 * The shell blocks of a page, and how each is to be run, as its fence says:
 *
 *   sh                     ends by itself, with exit status 0
 *   sh prints="text"       and prints this (a regular expression)
 *   sh serves              goes on until the page ends; what follows waits until it says that it is ready
 *   sh beside="text"       goes on beside what follows, as soon as it prints this, and ends by itself before the page does
 *   sh status="0|98"       ends with one of these
 *   sh no-run="reason"     is not run
 */
import { fromMarkdown } from 'mdast-util-from-markdown';

const SHELLS = ['sh', 'bash', 'shell', 'console'];
const WORD = /([a-z-]+)(?:="([^"]*)")?(?:\s+|$)/y;
const KNOWN = { prints: true, serves: false, beside: true, status: true, 'no-run': true };

/** @returns {{ text: string, line: number, marks: Record<string, string> }[]} */
export function shellBlocks(markdown, page) {
  return fences(fromMarkdown(markdown))
    .filter(({ lang }) => SHELLS.includes(lang))
    .map(({ lang, meta, value, position }) => {
      const line = position.start.line;
      if (lang !== 'sh') throw new Error(`${page}:${line}: a shell block is marked "sh", not "${lang}"`);
      return { text: value, line, marks: marksOf(meta ?? '', `${page}:${line}`) };
    });
}

function fences(node) {
  return node.type === 'code' ? [node] : (node.children ?? []).flatMap(fences);
}

function marksOf(meta, where) {
  const marks = {};
  WORD.lastIndex = 0;
  for (let at = 0; at < meta.length; at = WORD.lastIndex) {
    const [, name, value] = WORD.exec(meta) ?? [];
    const wantsValue = KNOWN[name];
    if (wantsValue === undefined || wantsValue !== (value !== undefined && value !== '')) {
      throw new Error(`${where}: nobody knows how to run "sh ${meta}"`);
    }
    marks[name] = value ?? '';
  }
  return marks;
}
