import type { Person } from '../../domain/wire/control.ts';
import type { People } from './sync/people.ts';

/** Everyone whom the server has named at this board since the page opened, also who has left: their work still has a name. */
export class KnownPeople {
	readonly #byClient = new Map<number, Person>();
	readonly #names = new Map<string, string>();
	readonly #stop: () => void;

	constructor(people: Pick<People, 'here' | 'onChange'>) {
		const take = (): void => {
			for (const [client, person] of people.here) {
				this.#byClient.set(client, person);
				this.#names.set(person.id, person.name);
			}
		};
		take();
		this.#stop = people.onChange(take);
	}

	/** Who was behind this Yjs client. */
	of(client: number): Person | undefined {
		return this.#byClient.get(client);
	}

	/** The name that goes with a person's id. */
	nameOf(person: string): string | undefined {
		return this.#names.get(person);
	}

	destroy(): void {
		this.#stop();
	}
}
