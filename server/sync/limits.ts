const KIB = 1024;
const MIB = 1024 * KIB;

/** Every bound of the sync server; tests make them small. */
export type Limits = Readonly<typeof DEFAULT_LIMITS>;

export const DEFAULT_LIMITS = {
	stateVectorBytes: MIB,
	updateBytes: 4 * MIB,
	stepTwoBytes: 32 * MIB,
	documentBytes: 32 * MIB,
	/** A full document still takes changes of so few bytes, until they are so many together: it can be put in order. */
	smallBytes: 16 * KIB,
	reserveBytes: MIB,
	/** One awareness message; the stock client echoes what it has heard of others, so this is not one state's size. */
	awarenessBytes: MIB,
	/** One person's own awareness state. */
	stateBytes: 16 * KIB,
	/** ClientIDs kept for one person, and at one document, beside those that are here. */
	keptPerPerson: 64,
	kept: 4_096,
	/** The newest rows of a document that are read to see who wrote with which clientID. */
	authorRows: 10_000,
	socketsPerPerson: 20,
	/** From the upgrade to the first sync step 1. */
	handshakeMs: 10_000,
	/** How long messages are held for a step 2 that was asked for. */
	stepTwoMs: 30_000,
	pingMs: 5_000,
	/** A socket that said nothing (not even pong) for this long is gone. */
	silentMs: 12_000,
	/** Something readable is sent at least this often: y-websocket's client gives up after 30 s. */
	readableMs: 25_000,
	/** What answers to one person's step 1s may cost: this share of the time, saved up to so much. */
	answerShare: 0.1,
	answerBurstMs: 2_000,
	/** How long answers are made in one turn of the event loop; one always is. */
	answerTurnMs: 10,
	messagesPerSecond: 2_000,
	/** So many seconds in a row above the rate end the socket. */
	rateSeconds: 10,
	/** Unsent bytes above which a socket gets no awareness. */
	fleetingBytes: MIB,
	/** Unsent bytes (beside an answer to a join) above which a socket is closed as too slow. */
	backlogBytes: 16 * MIB,
	/** Received but not yet durable bytes of one socket above which it is not read any further. */
	unsavedBytes: 8 * MIB,
	/** How long after a commit a room's next one collects; the first after so long a silence leaves at once. */
	tickMs: 33,
	/** As long for each who reads along, where that is longer, up to the tick of a crowd. */
	readerTickMs: 1,
	/** What one room gives to one commit, and what one commit takes; one message always fits. */
	tickBytes: 256 * KIB,
	commitBytes: MIB,
	/** Refusals after which a socket is malformed altogether: each may cost a rebuilt document. */
	refusals: 20,
	/** Gestures under way per socket. */
	gestures: 16,
	awarenessTickMs: 16,
	/** How often other nodes are told where people point. */
	nodeTickMs: 33,
	/** The tick above `crowd` people, and the longest of commits. */
	crowdTickMs: 100,
	crowd: 100,
	/** How long, and how many, rooms without sockets are kept. */
	warmMs: 30_000,
	warmRooms: 32,
	/**
	 * What documents may take in memory together before those that were not used for so long are let go, though people are
	 * there; the few used last always stay.
	 */
	documentsHeapBytes: 16 * MIB,
	documentRestMs: 2_000,
	leastDocuments: 8,
	/** Rows after the last checkpoint that make a new one worth its while when a room rests, and while it is busy. */
	checkpointRestRows: 50,
	checkpointBusyRows: 5_000,
	/** How long a hole in a document's numbers may wait for its message from another node. */
	holeMs: 50,
	beatMs: 3_000,
	/** For so long comings and goings are gathered before other nodes are told. */
	whereaboutsMs: 100,
	/** So often everybody is asked for anew whose right to be here may have ended, announced or not. */
	revalidateMs: 30_000,
	/** Another node that did not beat for this long is gone. */
	nodeSilentMs: 10_000,
	/** How long a writing of the server's own waits to be durable. */
	handMs: 10_000,
	retryFirstMs: 200,
	retryMaxMs: 5_000,
	/** How long a shutdown waits for commits under way, and then for clients to say goodbye: well within the launcher’s 8 s. */
	drainMs: 3_000,
	goodbyeMs: 1_000
};
