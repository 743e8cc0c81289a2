import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeDevice } from './client-device';

const SAFARI = 'AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5';

describe('describeDevice', () => {
  it.each([
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36',
      { type: 'desktop', browser: 'Chrome', browserVersion: '129.0.0.0', os: 'Windows', osVersion: '10' },
    ],
    [
      `Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) ${SAFARI} Mobile/15E148 Safari/604.1`,
      { type: 'mobile', browser: 'Safari', browserVersion: '17.5', os: 'iOS', osVersion: '17.5' },
    ],
    [
      `Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) ${SAFARI} Mobile/15E148 Safari/604.1`,
      { type: 'tablet', browser: 'Safari', browserVersion: '17.5', os: 'iOS', osVersion: '17.5' },
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:130.0) Gecko/20100101 Firefox/130.0',
      { type: 'desktop', browser: 'Firefox', browserVersion: '130.0', os: 'macOS', osVersion: '10.15' },
    ],
    [
      'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
      { type: 'bot', browser: 'Googlebot', browserVersion: '2.1', os: null, osVersion: null },
    ],
    ['curl/8.4.0', { type: 'unknown', browser: null, browserVersion: null, os: null, osVersion: null }],
    ['', { type: 'unknown', browser: null, browserVersion: null, os: null, osVersion: null }],
    [null, { type: 'unknown', browser: null, browserVersion: null, os: null, osVersion: null }],
  ])('reads %j', (userAgent, device) => expect(describeDevice(userAgent)).toEqual(device));

  it('has an answer to any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 512 }), (userAgent) => {
        const { type, ...texts } = describeDevice(userAgent);
        expect(['desktop', 'mobile', 'tablet', 'bot', 'unknown']).toContain(type);
        for (const text of Object.values(texts)) expect(text === null || text.length > 0).toBe(true);
      }),
    );
  });

  it('has it soon, for texts that expressions are slow on (R141)', () => {
    const units = [
      '/a',
      'linespider-',
      'slackbot-',
      '((',
      ' ;',
      'Version/1.',
      'android ',
      'rv:',
      '0.0',
      'Mozilla/5.0 (',
    ];
    const began = process.cpuUsage();
    for (const unit of units) {
      for (const end of ['', ')', ' ', '/', ';']) describeDevice(unit.repeat(512).slice(0, 511) + end);
    }
    const { user, system } = process.cpuUsage(began);
    // 50 texts of 20 ms at most each (R141); they take less than 1 ms.
    expect((user + system) / 1000).toBeLessThan(1000);
  });
});
