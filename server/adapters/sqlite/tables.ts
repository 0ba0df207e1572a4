import Database from 'better-sqlite3';

/**
 * A checkpoint lies beside its head, and so do the clientIDs of earlier epochs, which only grow in number: every row that
 * comes writes the head anew, with all that is in it. A document has the snapshots of the past that its head names: those of
 * another are being put aside for a renewal.
 */
const TABLES = `
	CREATE TABLE IF NOT EXISTS head (
		doc TEXT PRIMARY KEY,
		epoch INTEGER NOT NULL DEFAULT 1,
		seq INTEGER NOT NULL,
		past TEXT NOT NULL DEFAULT '',
		checkpoint_seq INTEGER NOT NULL DEFAULT 0,
		examined_seq INTEGER NOT NULL DEFAULT 0,
		due_at INTEGER
	) STRICT;
	CREATE TABLE IF NOT EXISTS checkpoint (
		doc TEXT PRIMARY KEY,
		state BLOB NOT NULL
	) STRICT;
	CREATE TABLE IF NOT EXISTS retired (
		doc TEXT PRIMARY KEY,
		clients TEXT NOT NULL
	) STRICT;
	CREATE TABLE IF NOT EXISTS log (
		doc TEXT NOT NULL,
		seq INTEGER NOT NULL,
		author TEXT NOT NULL,
		at INTEGER NOT NULL,
		bytes BLOB NOT NULL,
		PRIMARY KEY (doc, seq)
	) STRICT;
	CREATE TABLE IF NOT EXISTS snapshot (
		doc TEXT NOT NULL,
		past TEXT NOT NULL,
		seq INTEGER NOT NULL,
		author TEXT NOT NULL,
		at INTEGER NOT NULL,
		bytes BLOB NOT NULL,
		PRIMARY KEY (doc, past, seq)
	) STRICT;
`;
/** From the first version, which knew no epochs. */
const FROM_FIRST = `
	ALTER TABLE head ADD COLUMN epoch INTEGER NOT NULL DEFAULT 1;
	ALTER TABLE head ADD COLUMN retired TEXT NOT NULL DEFAULT '[]';
	ALTER TABLE head ADD COLUMN examined_seq INTEGER NOT NULL DEFAULT 0;
	ALTER TABLE head ADD COLUMN due_at INTEGER;
`;
/** Before the tables as they are now can be made. */
const OF_SECOND = `
	ALTER TABLE snapshot RENAME TO snapshot_of_second;
`;
/** From the second version, whose heads held their checkpoints and retired clientIDs. Needs the tables as they are now. */
const FROM_SECOND = `
	INSERT INTO checkpoint (doc, state) SELECT doc, checkpoint FROM head WHERE checkpoint IS NOT NULL;
	INSERT INTO retired (doc, clients) SELECT doc, retired FROM head WHERE retired <> '[]';
	ALTER TABLE head ADD COLUMN past TEXT NOT NULL DEFAULT '';
	ALTER TABLE head DROP COLUMN checkpoint;
	ALTER TABLE head DROP COLUMN retired;
`;
const SNAPSHOTS_OF_SECOND = `
	INSERT INTO snapshot (doc, past, seq, author, at, bytes) SELECT doc, '', seq, author, at, bytes FROM snapshot_of_second;
	DROP TABLE snapshot_of_second;
`;
/** Raised when the tables change; a file with a higher number was written by a newer version. */
const VERSION = 3;

/** Opens the file of the document log with its tables as they are now. */
export function openTables(file: string): Database.Database {
	const database = new Database(file, { timeout: 2_000 });
	// FULL: in write-ahead mode anything less syncs at checkpoints only, and a power cut takes acknowledged rows.
	database.pragma('journal_mode = WAL');
	database.pragma('synchronous = FULL');
	// What is removed is overwritten: a purge promises that it is gone from the file.
	database.pragma('secure_delete = ON');
	const version = Number(database.pragma('user_version', { simple: true }));
	if (version > VERSION) {
		database.close();
		throw new Error(`The document log ${file} was written by a newer version of Nabij than this one`);
	}
	database
		.transaction(() => {
			if (version === 1) database.exec(FROM_FIRST);
			if (version === 2) database.exec(OF_SECOND);
			database.exec(TABLES);
			if (version === 1 || version === 2) database.exec(FROM_SECOND);
			if (version === 2) database.exec(SNAPSHOTS_OF_SECOND);
			database.pragma(`user_version = ${VERSION}`);
		})
		.immediate();
	// Whoever had it open before may have ended between a purge and this.
	emptyJournal(database);
	return database;
}

/** Takes out of the journal what the tables do not have any more. */
export function emptyJournal(database: Database.Database): void {
	database.pragma('wal_checkpoint(TRUNCATE)');
}
