import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Header } from '@nestjs/common';
import type { Browser } from 'playwright-core';
import { describeInBrowser } from '../support/browser.js';
import { asReceived, hostilePayloads } from '../support/hostile-payloads.js';
import {
  parseInPage,
  type ParsedEvent,
  parseWithEventSourceParser,
  parseWithUndici,
} from '../support/parsed-stream.js';
import { SseApp, testToken } from '../support/sse-app.js';

const payloads = hostilePayloads(200);

/** A page of the same origin, so that the browser's own EventSource may connect. */
@Controller('page')
class PageController {
  @Get()
  @Header('Content-Type', 'text/html')
  page(): string {
    return '<!doctype html><title>parser</title>';
  }
}

/** One application logs a set of payloads; every parser replays it. */
describe('a payload with any content', () => {
  let sse: SseApp;
  let url: string;
  let expected: readonly ParsedEvent[];

  beforeAll(async () => {
    sse = await SseApp.start({ options: { allowQueryToken: true }, controllers: [PageController] });
    const epoch = (await sse.open()).blocks[0]?.id?.split('.')[0] ?? '';
    for (const data of payloads) await sse.broker.sendToUser('acme', 'ann', { event: 'tick', data });
    expected = payloads.map((payload, i) => [asReceived(payload), `${epoch}.${i + 1}`]);
    url = `${sse.url}/api/v1/sse/stream?token=${testToken()}&last_event_id=${epoch}.0`;
  });
  afterAll(() => sse.stop());

  it.each([
    ['eventsource-parser', parseWithEventSourceParser],
    ['the EventSource of undici', parseWithUndici],
  ])('stays the data of one event for %s (P10, P11)', async (_, parse) => {
    expect(await parse(url, expected.length)).toEqual(expected);
  });

  describeInBrowser('in Chromium', (launch) => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await launch();
    }, 60_000);
    afterAll(() => browser?.close());

    it('stays the data of one event for the EventSource of the browser (P10, P11)', async () => {
      const page = await browser.newPage();
      await page.goto(`${sse.url}/page`);
      expect(await page.evaluate(parseInPage, [url, expected.length] as const)).toEqual(expected);
    });
  });
});
