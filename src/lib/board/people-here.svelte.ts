import { createSubscriber } from 'svelte/reactivity';
import type { Person } from '../../domain/wire/control.ts';
import type { People } from './sync/people.ts';

/** Who is at the board, for components: the connection owns the truth, reading it here subscribes. */
export class PeopleHere {
	readonly #people: People;
	readonly #subscribe: () => void;

	constructor(people: People) {
		this.#people = people;
		this.#subscribe = createSubscriber((update) => people.onChange(update));
	}

	get here(): ReadonlyMap<number, Person> {
		this.#subscribe();
		return this.#people.here;
	}
}
