import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { mayOnBoard } from '#domain/board/roles';
import type { RefusalCode } from '#domain/refusal';
import { CLOSE, type CloseCode, type CloseReason } from '#domain/wire/close-codes';
import { encodeControl, type Person } from '#domain/wire/control';
import { encodeSaved } from '#domain/wire/saved';
import type { Log } from '#server/log';
import type { Access, Admission } from '#server/ports/access';
import type { Clock } from '#server/ports/clock';
import { tooOld, type Address } from './address.ts';
import { AdmissionWatch } from './admission-watch.ts';
import type { Counts } from './counts.ts';
import { framesOf } from './frames.ts';
import { Hearing } from './hearing.ts';
import type { Inbound } from './inbound.ts';
import { Inlet } from './inlet.ts';
import type { Limits } from './limits.ts';
import { awarenessMessage } from './outbound.ts';
import { Outflow } from './outflow.ts';
import type { Peer, Received } from './peer.ts';
import type { Room } from './room.ts';
import { SavedCount } from './saved-count.ts';
import { Unsaved } from './unsaved.ts';

export type ConnectionDeps = Readonly<{
	access: Access;
	clock: Clock;
	log: Log;
	limits: Limits;
	counts: Counts;
	/** They are to be shown as here, or who they are changed. */
	onHere: (connection: Connection) => void;
	/** Nobody can tell whether they are still there. */
	onUnknown: (connection: Connection) => void;
	onEnd: (connection: Connection) => void;
}>;

const NOTHING_NEW = framesOf([awarenessMessage([])]);

/** One admitted socket at one room: what it may, what it said, what it was told. */
export class Connection implements Peer {
	readonly nabij: boolean;
	/** Settles when the socket is closed on both sides, or given up. */
	readonly closed: Promise<void>;
	readonly #ws: WebSocket;
	readonly #outflow: Outflow;
	readonly #hearing: Hearing;
	readonly #unsaved: Unsaved;
	readonly #room: Room;
	readonly #deps: ConnectionDeps;
	readonly #inlet: Inlet;
	#admission: Admission;
	#ended = false;
	/** Whether it has sent a step 1. */
	#spoke = false;
	readonly #count = new SavedCount();
	#refusals = 0;
	/** Whether others are shown that it is here. */
	#shown = true;
	#pingedAt = performance.now();
	#since = performance.now();
	readonly watch: AdmissionWatch;
	readonly #address: Address;

	constructor(
		{ ws, socket, address }: Readonly<{ ws: WebSocket; socket: Duplex; address: Address }>,
		admission: Admission,
		room: Room,
		deps: ConnectionDeps
	) {
		this.nabij = address.nabij;
		this.#address = address;
		this.#ws = ws;
		this.#outflow = new Outflow(socket, deps.limits, deps.counts);
		this.#hearing = new Hearing(ws, deps.limits.silentMs);
		this.#unsaved = new Unsaved(this.#hearing, deps.limits.unsavedBytes);
		this.#room = room;
		this.#deps = deps;
		this.#admission = admission;
		this.watch = new AdmissionWatch(admission, {
			...deps,
			onAnswer: (now) => this.#stand(now),
			onFault: () => ws.terminate()
		});
		this.#inlet = new Inlet(ws, {
			...deps,
			hearing: this.#hearing,
			onHeard: (now) => this.#heard(now),
			onMessage: (message) => this.#message(message),
			onWrong: (code, reason) => this.end(code, reason)
		});
		this.closed = new Promise((resolve) => {
			ws.on('close', () => {
				this.#leave();
				resolve();
			});
		});
	}

	/** Says hello and joins its room; from now on it can end. */
	start(): void {
		this.#hello();
		const { epoch } = this.#address;
		if (epoch !== null && epoch !== this.#room.epoch) return this.end(CLOSE.tryAgain, 'epoch');
		this.#room.join(this);
	}

	get admission(): Admission {
		return this.#admission;
	}

	get person(): Person {
		return this.#admission.person;
	}

	get mayEdit(): boolean {
		return mayOnBoard(this.#admission.standing, 'edit');
	}

	write(frames: Uint8Array): void {
		if (!this.#ended && !this.#outflow.write(frames)) this.end(CLOSE.tryAgain, 'slow');
	}

	writeFleeting(frames: Uint8Array): boolean {
		if (!this.#outflow.keepsUp) return false;
		this.write(frames);
		return true;
	}

	writeAnswer(frames: Uint8Array): void {
		if (!this.#ended && !this.#outflow.writeAnswer(frames)) this.end(CLOSE.tryAgain, 'slow');
	}

	settled(messages: readonly Received[], frames: Uint8Array | null = null): void {
		let news = false;
		for (const { n } of messages) news = this.#count.settle(n) || news;
		const saved = news && this.nabij ? framesOf([encodeSaved(this.#count.saved)]) : null;
		const all = frames && saved ? Buffer.concat([frames, saved]) : (frames ?? saved);
		if (all) this.write(all);
		this.taken(messages);
	}

	taken(messages: readonly Received[]): void {
		this.#unsaved.remove(messages);
	}

	refuse(n: number, code: RefusalCode): void {
		if (!this.nabij) return this.end(CLOSE.malformed);
		this.#deps.counts.refused++;
		this.write(framesOf([encodeControl({ type: 'refused', n, code })]));
		if (++this.#refusals > this.#deps.limits.refusals) this.end(CLOSE.malformed);
	}

	tellTitle(title: string): void {
		if (this.nabij) this.write(framesOf([encodeControl({ type: 'title', title })]));
	}

	end(code: CloseCode, reason?: CloseReason): void {
		if (this.#ended) return;
		this.#deps.counts.close(code);
		this.#leave();
		this.#ws.close(code, reason);
		// The goodbye of the client is waited for, but not by everyone for ever.
		this.#hearing.end();
		const terminate = setTimeout(() => this.#ws.terminate(), this.#deps.limits.goodbyeMs);
		terminate.unref();
		this.#ws.once('close', () => clearTimeout(terminate));
	}

	/** Stops reading, so that a shutdown can finish what was received. */
	pause(): void {
		if (!this.#ended) this.#ws.pause();
	}

	/** The process stood still for so long (a paused machine): what the client said meanwhile is still to be read. */
	excuse(forMs: number): void {
		this.#hearing.excuse(forMs);
		this.#since += forMs;
	}

	/** Once a second: is it there, and does it know that we are? */
	pulse(now: number): void {
		const { pingMs, readableMs } = this.#deps.limits;
		const state = this.#hearing.state(now);
		if (state === 'gone') return this.#ws.terminate();
		if (state === 'unknown') this.#hide();
		if (!this.#spoke && now - this.#since > this.#deps.limits.handshakeMs) {
			return this.end(CLOSE.tryAgain, 'slow');
		}
		if (now - this.#pingedAt >= pingMs) {
			this.#pingedAt = now;
			this.#ws.ping();
		}
		// Half a ping early: the client counts from what it received.
		if (now - this.#outflow.wroteAt >= readableMs - pingMs) this.write(NOTHING_NEW);
	}

	#stand(now: Admission | 'ended' | 'gone' | 'unknown'): void {
		if (now === 'ended') return this.end(CLOSE.noSession);
		if (now === 'gone') return this.end(CLOSE.unknownDocument);
		// Nobody stays because the records cannot be asked; they may come back and be admitted.
		if (now === 'unknown') return this.end(CLOSE.tryAgain, 'disk');
		if (tooOld(this.#address, now)) return this.end(CLOSE.pageTooOld);
		const could = this.mayEdit;
		const { person } = this;
		this.#admission = now;
		if (could && !this.mayEdit) return this.end(CLOSE.roleMayNot);
		if (person.role !== now.person.role || person.name !== now.person.name) {
			this.#hello();
			this.#room.gathering.introduce(this);
			if (this.#shown) this.#deps.onHere(this);
		}
		if (!could && this.mayEdit) this.#room.ask(this);
	}

	#hello(): void {
		if (!this.nabij) return;
		const { document, person } = this.#admission;
		const { epoch } = this.#room;
		// Ended meanwhile, and so is this socket.
		if (epoch === null) return;
		const { schema } = document;
		this.write(framesOf([encodeControl({ type: 'hello', me: person, epoch, schema, now: this.#deps.clock.now() })]));
	}

	#message(message: Inbound): void {
		try {
			this.#act(message);
		} catch (error) {
			// A fault of ours. Nobody else at this room, let alone the process, shall end by it.
			this.#deps.log.error({ err: error, doc: this.#room.id, message: message.is }, 'a message met a fault');
			this.end(CLOSE.tryAgain);
		}
	}

	#act(message: Inbound): void {
		switch (message.is) {
			case 'step-one':
				this.#spoke = true;
				return this.#room.stepOne(this, message.stateVector);
			case 'step-two':
			case 'update':
				return this.#sync(message.is === 'step-two', message.update);
			case 'awareness':
				return this.#room.gathering.hear(this, message.entries);
			case 'query-awareness':
				return this.#room.gathering.welcome(this);
			case 'live':
				if (!this.nabij) return this.end(CLOSE.malformed);
				if (!this.mayEdit) return;
				return this.#room.gathering.gesture(this, message.gesture, message.phase, message.rest);
			case 'cue':
				return;
			case 'too-large':
				return this.end(CLOSE.tooLarge);
		}
	}

	#sync(stepTwo: boolean, update: Uint8Array): void {
		const message: Received = { peer: this, n: this.#count.next(), stepTwo, update };
		if (this.mayEdit) {
			this.#unsaved.add(message);
			return this.#room.receive(message);
		}
		if (stepTwo) return this.settled([message]);
		if (this.nabij) this.refuse(message.n, 'board.not-yours');
		this.end(CLOSE.roleMayNot);
	}

	#heard(now: number): void {
		this.#hearing.heard(now);
		if (this.#shown || this.#ended) return;
		this.#shown = true;
		this.#deps.onHere(this);
	}

	/** What it sent is kept, but it is not shown until it is heard again. */
	#hide(): void {
		if (!this.#shown) return;
		this.#shown = false;
		this.#room.gathering.withdraw(this);
		this.#deps.onUnknown(this);
	}

	#leave(): void {
		if (this.#ended) return;
		this.#ended = true;
		this.#inlet.close();
		this.watch.stop();
		this.#room.leave(this);
		this.#deps.onEnd(this);
	}
}
