import type { Figure } from './scenario.ts';
import { median } from './quantiles.ts';

/** What one run of one scenario came to. */
export type Outcome = Readonly<{ scenario: string }> &
	(Readonly<{ is: 'measured'; figures: readonly Figure[] }> | Readonly<{ is: 'failed'; why: string }>);

/** A figure over all runs in which it was measured. */
export type Summary = Readonly<{
	scenario: string;
	figure: string;
	unit: Figure['unit'];
	median: number;
	least: number;
	most: number;
	runs: number;
}>;

/** What the measured runs say together, in the order in which the figures were first seen within their scenario. */
export function summarise(outcomes: readonly Outcome[]): Summary[] {
	const byScenario = Map.groupBy(outcomes, (outcome) => outcome.scenario);
	return [...byScenario].flatMap(([scenario, its]) => {
		const figures = its.flatMap((outcome) => (outcome.is === 'measured' ? outcome.figures : []));
		return [...Map.groupBy(figures, (figure) => figure.name)].map(([name, same]) => {
			const values = same.map((figure) => figure.value);
			const unit = same[0]?.unit ?? '';
			return {
				scenario,
				figure: name,
				unit,
				median: median(values),
				least: Math.min(...values),
				most: Math.max(...values),
				runs: values.length
			};
		});
	});
}

/** The Markdown table that is printed. */
export function table(summaries: readonly Summary[]): string {
	const rows = summaries.map((one) => {
		const unit = one.unit === '' ? '' : ` ${one.unit}`;
		const spread = `${rounded(one.least)} – ${rounded(one.most)}`;
		return `| ${one.scenario} | ${one.figure} | ${rounded(one.median)}${unit} | ${spread} | ${one.runs} |`;
	});
	return ['| scenario | figure | median | least – most | runs |', '| --- | --- | --: | --: | --: |', ...rows].join(
		'\n'
	);
}

/** Three digits say all that a shared machine can: more would only be noise. */
function rounded(value: number): string {
	if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
	return String(Number(value.toPrecision(3)));
}
