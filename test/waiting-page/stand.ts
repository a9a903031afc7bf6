/** A small site that shows the page and answers its polls as a test says, and a phone with Chromium to look at it. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import type { WaitingPageFacts } from '../../src/http/waiting-page/facts.js';
import { negotiatePage } from '../../src/http/waiting-page/negotiate.js';
import { loadTexts } from '../../src/http/waiting-page/texts.js';
import { WaitingPage } from '../../src/http/waiting-page/waiting-page.js';
import type { TicketDocument } from '../../src/waiting-room/ticket-document.js';
import { factsOf, TICKET } from './facts.js';

const LOGO =
  "data:image/svg+xml,%3Csvg%20xmlns='http://www.w3.org/2000/svg'%20viewBox='0%200%2040%2040'%3E%3Ccircle%20cx='20'%20cy='20'%20r='18'%20fill='%23d4351c'/%3E%3C/svg%3E";

export class Stand {
  readonly #pages = new WaitingPage({ name: 'Lantern Shop', colour: '#d4351c', logo: LOGO }, loadTexts());
  readonly #app = express();
  #server: Server | null = null;
  #port = 0;
  /** What the next poll of the ticket is told; null: the place is unknown; 'down': the gateway does not answer. */
  ticket: TicketDocument | null | 'down' = TICKET;
  facts: WaitingPageFacts = factsOf();
  /** Method and path of every request, but for the page itself. */
  asked: string[] = [];

  async open(): Promise<void> {
    const app = this.#app;
    app.get('/queue/lny-2026', (req, res) => {
      const { language } = negotiatePage(req.headers, this.#pages.languages);
      const { html, headers } = this.#pages.render({ ...this.facts, language });
      res.writeHead(200, [...headers]).end(html);
    });
    app.use((req, _res, next) => {
      this.asked.push(`${req.method} ${req.path}`);
      next();
    });
    app.get('/queue/lny-2026/tickets/me', (_req, res) => {
      if (this.ticket === 'down') res.status(503).json({ code: 'STORE_UNAVAILABLE' });
      else if (this.ticket === null) res.status(404).json({ code: 'TICKET_UNKNOWN' });
      else res.json(this.ticket);
    });
    app.delete('/queue/lny-2026/tickets/me', (_req, res) => void res.status(204).end());
    app.get('/queue/lny-2026/status.json', (_req, res) => void res.json(this.facts.campaign));
    app.get('/campaigns/lny-2026', (_req, res) => void res.send('<title>The campaign</title>'));
    app.post('/queue/lny-2026/tickets', (_req, res) => {
      this.facts = factsOf();
      res.redirect(303, '/queue/lny-2026');
    });
    this.#server = app.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/queue/lny-2026`;
  }

  async close(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }
}

export function openChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    // Chromium's sandbox does not start for root, as which containers run tests.
    chromiumSandbox: process.getuid?.() !== 0,
  });
}

export interface OpenPage {
  readonly page: Page;
  /** What went wrong on it, by its own word. */
  readonly faults: string[];
  close(): Promise<void>;
}

/** @param clock - the page's: it `stands` until the test moves it, or `runs` */
export async function openPage(
  browser: Browser,
  options: BrowserContextOptions = {},
  clock: 'stands' | 'runs' = 'stands',
): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width: 390, height: 760 }, locale: 'en-GB', ...options });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('Failed to load resource')) faults.push(message.text());
  });
  if (clock === 'stands' && options.javaScriptEnabled !== false) {
    await page.clock.install({ time: '2026-02-16T12:00:00Z' });
    await page.clock.pauseAt('2026-02-16T12:00:01Z');
  }
  return { page, faults, close: () => context.close() };
}
