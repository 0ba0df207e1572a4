import { expect, test } from 'vitest';
import { Allowances } from './allowances.ts';

test('a person waits only when the burst is spent, and earns back a share of the time', () => {
	const allowances = new Allowances(0.1, 100);
	allowances.spend('ada', 100, 0);
	expect(allowances.waitMs('ada', 0)).toBe(0);
	allowances.spend('ada', 50, 0);
	expect(allowances.waitMs('ada', 0)).toBeCloseTo(500);
	expect(allowances.waitMs('ada', 200)).toBeCloseTo(300);
	expect(allowances.waitMs('ada', 500)).toBeCloseTo(0);
	expect(allowances.waitMs('bo', 0)).toBe(0);
});

test('sweeping lets nobody off', () => {
	const allowances = new Allowances(0.1, 50);
	for (let i = 0; i < 2; i++) allowances.spend('ada', 50, 0);
	allowances.sweep(400);
	expect(allowances.waitMs('ada', 400)).toBeCloseTo(100);
	allowances.sweep(500);
	expect(allowances.waitMs('ada', 500)).toBe(0);
});

test('however much an answer cost, nobody waits longer than the burst takes to earn', () => {
	const allowances = new Allowances(0.1, 100);
	allowances.spend('ada', 100, 0);
	allowances.spend('ada', 5_000, 0);
	expect(allowances.waitMs('ada', 0)).toBeCloseTo(1_000);
});
