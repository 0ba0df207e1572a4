import { expect, test } from 'vitest';
import { summarise, table, type Outcome } from './report.ts';

const startup = (value: number): Outcome => ({
	scenario: 'start',
	is: 'measured',
	figures: [{ name: 'first start', unit: 'ms', value }]
});

test('runs that were interleaved are summed up scenario by scenario', () => {
	const page: Outcome = { scenario: 'page', is: 'measured', figures: [{ name: 'requests', unit: '', value: 12 }] };
	const [start, requests] = summarise([startup(900), page, startup(1000), page, startup(1234.5)]);
	expect(start).toMatchObject({ figure: 'first start', median: 1000, least: 900, most: 1234.5, runs: 3 });
	expect(requests).toMatchObject({ scenario: 'page', median: 12, runs: 2 });
});

test('a failed run gives no figure and is seen in the number of runs', () => {
	const [start] = summarise([startup(900), { scenario: 'start', is: 'failed', why: 'it ended' }]);
	expect(start).toMatchObject({ median: 900, runs: 1 });
});

test('the table has a row for each figure, with its unit and its spread', () => {
	const text = table(summarise([startup(1234.56), startup(7.8912)]));
	expect(text.split('\n')[2]).toBe('| start | first start | 621 ms | 7.89 – 1,235 | 2 |');
});
