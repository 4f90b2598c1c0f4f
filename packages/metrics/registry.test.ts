import { metrics } from '@taskcluster/contracts';
import { expect, test } from 'vitest';
import { createMetrics } from './index.ts';

const shop = metrics({
  sales: { name: 'shop_sales_total', type: 'counter', title: 'Sales', description: 'What was\n sold.', labels: { kind: 'Which.' } },
  stock: { name: 'shop_stock', type: 'gauge', title: 'Stock', description: 'What is there.', labels: { kind: 'Which.' } },
  waits: {
    name: 'shop_wait_seconds',
    type: 'histogram',
    title: 'Waits',
    description: 'How long one waits.',
    labels: { kind: 'Which.' },
    buckets: [0.5, 2],
  },
});
const linesOf = async (registry: ReturnType<typeof createMetrics>) => (await registry.text()).split('\n').filter((line) => line !== '');

test('a counter adds, a histogram has its buckets, and each has its description on one line', async () => {
  const registry = createMetrics([shop]);
  const { sales, waits } = registry.recorders(shop);
  sales.add({ kind: 'tea' });
  sales.add({ kind: 'tea' }, 2);
  waits.observe({ kind: 'tea' }, 1);
  const lines = await linesOf(registry);
  expect(lines).toContain('# HELP shop_sales_total What was sold.');
  expect(lines).toContain('# TYPE shop_sales_total counter');
  expect(lines).toContain('shop_sales_total{kind="tea"} 3');
  expect(lines.filter((line) => line.startsWith('shop_wait_seconds'))).toEqual([
    'shop_wait_seconds_bucket{le="0.5",kind="tea"} 0',
    'shop_wait_seconds_bucket{le="2",kind="tea"} 1',
    'shop_wait_seconds_bucket{le="+Inf",kind="tea"} 1',
    'shop_wait_seconds_sum{kind="tea"} 1',
    'shop_wait_seconds_count{kind="tea"} 1',
  ]);
});

test('a gauge is set as a whole: what is not named any more is gone', async () => {
  const registry = createMetrics([shop]);
  const { stock } = registry.recorders(shop);
  stock.set([
    { labels: { kind: 'tea' }, value: 1 },
    { labels: { kind: 'milk' }, value: 2 },
  ]);
  stock.set([{ labels: { kind: 'milk' }, value: 3 }]);
  expect((await linesOf(registry)).filter((line) => line.startsWith('shop_stock'))).toEqual(['shop_stock{kind="milk"} 3']);
});

test('a label may hold anything', async () => {
  const registry = createMetrics([shop]);
  registry.recorders(shop).sales.add({ kind: 'a"b\\c\nd' });
  expect(await linesOf(registry)).toContain(String.raw`shop_sales_total{kind="a\"b\\c\nd"} 1`);
});

test('the prefix comes before every name', async () => {
  const registry = createMetrics([shop], 'acme');
  registry.recorders(shop).sales.add({ kind: 'tea' });
  expect(await linesOf(registry)).toContain('acme_shop_sales_total{kind="tea"} 1');
});

test('registries of one program know nothing of each other', async () => {
  const one = createMetrics([shop]);
  one.recorders(shop).sales.add({ kind: 'tea' });
  expect(await createMetrics([shop]).text()).not.toContain('tea');
});

test('a metric that is not defined, two of one name, and a label that is not declared are mistakes of the program', () => {
  expect(() => createMetrics([]).recorders(shop)).toThrow('The metric shop_sales_total is not defined');
  expect(() => createMetrics([shop, shop])).toThrow('Two metrics are called shop_sales_total');
  const { sales } = createMetrics([shop]).recorders(shop);
  // @ts-expect-error -- so the compiler says
  expect(() => sales.add({ colour: 'red' })).toThrow('colour');
  // @ts-expect-error -- a counter only grows
  expect(sales.set).toBeUndefined();
});
