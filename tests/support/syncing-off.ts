/** Loaded before a program, it takes away what makes SQLite wait for the disk: to see what a test says of that. */
import Database from 'better-sqlite3';

type Pragma = (this: Database.Database, source: string, options?: Database.PragmaOptions) => unknown;
const prototype = Database.prototype as { pragma: Pragma };
const { pragma } = prototype;

prototype.pragma = function (source, options) {
	return pragma.call(this, source.replace(/^synchronous = \w+$/u, 'synchronous = OFF'), options);
};
