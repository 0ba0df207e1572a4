// node lib/prof.mjs file.cpuprofile [n]: self time by function and by file, percent of non-idle time
import { readFileSync } from 'node:fs';
const p = JSON.parse(readFileSync(process.argv[2]));
const n = Number(process.argv[3] ?? 25);
const self = new Map();
const byFile = new Map();
const byId = new Map(p.nodes.map((x) => [x.id, x]));
let total = 0;
p.samples.forEach((id, i) => {
	const { functionName: f, url, lineNumber } = byId.get(id).callFrame;
	if (f === '(idle)' || f === '(root)') return;
	const dt = p.timeDeltas[i];
	total += dt;
	const file = url.replace(/^.*node_modules\//, '').replace(/^file:\/\//, '') || '(native)';
	const key = `${f || '(anonymous)'} ${file}:${lineNumber + 1}`;
	self.set(key, (self.get(key) ?? 0) + dt);
	byFile.set(file, (byFile.get(file) ?? 0) + dt);
});
const top = (m) =>
	[...m]
		.sort((a, b) => b[1] - a[1])
		.slice(0, n)
		.map(([k, v]) => `${((100 * v) / total).toFixed(1).padStart(5)}%  ${(v / 1000).toFixed(0).padStart(6)} ms  ${k}`)
		.join('\n');
console.log('busy ms', (total / 1000).toFixed(0));
console.log(top(self));
console.log('\nby file');
console.log(top(byFile));
