import { describe, expect, it } from '@jest/globals';
import { prometheusText } from './metric-family.js';

describe('prometheusText', () => {
  it('writes help, type and every sample of a metric, and ends with a line break', () => {
    const text = prometheusText([
      { name: 'sse_open', help: 'Open streams', type: 'gauge', samples: [{ value: 3 }] },
      {
        name: 'sse_delivery_seconds',
        help: 'Delivery',
        type: 'histogram',
        samples: [
          { suffix: '_bucket', labels: { le: '0.005' }, value: 1 },
          { suffix: '_count', value: 2 },
        ],
      },
    ]);
    expect(text).toBe(
      '# HELP sse_open Open streams\n# TYPE sse_open gauge\nsse_open 3\n' +
        '# HELP sse_delivery_seconds Delivery\n# TYPE sse_delivery_seconds histogram\n' +
        'sse_delivery_seconds_bucket{le="0.005"} 1\nsse_delivery_seconds_count 2\n',
    );
  });

  it('escapes label values, so that none leaves its quotes', () => {
    const labels = { code: 'a"} 1\nforged 2 \\' };
    const text = prometheusText([{ name: 'n', help: 'h', type: 'counter', samples: [{ labels, value: 1 }] }]);
    expect(text.split('\n')[2]).toBe('n{code="a\\"} 1\\nforged 2 \\\\"} 1');
  });
});
