/**
 * Carries messages between the nodes of one installation. At most once, in order per sender and topic; a lost message is
 * not an error, since the database is the truth and everything carried can be read again from it. Messages reach the
 * sender's own node too, also while the others cannot be reached; there one may come twice when that begins.
 */
export interface Bus {
	publish(topic: string, message: Uint8Array): void;
	/**
	 * Answers a function that ends the subscription. Messages published after the promise settles are received, unless the
	 * bus is away, which is told as a gap once it is back.
	 */
	subscribe(topic: string, onMessage: (message: Uint8Array) => void): Promise<() => void>;
	/**
	 * Hears that messages of any topic may have been lost, after that is over: whatever was rested on them is to be read
	 * again. It may be told more often than needed. Answers a function that stops listening.
	 */
	onGap(listener: () => void): () => void;
	healthy(): Promise<boolean>;
	close(): Promise<void>;
}
