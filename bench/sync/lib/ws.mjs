// A WebSocket client that does as little as possible: frames are encoded by the caller once and
// sent as they are; received payloads are views, valid only inside onmessage.
import net from 'node:net';
import crypto from 'node:crypto';

const RX = Buffer.allocUnsafe(256 * 1024); // one receive buffer for all sockets: each read is consumed at once
const MASK = [0x37, 0xfa, 0x21, 0x3d];

/** A complete masked client frame. opcode 1 = text, 2 = binary. */
export function frame(payload, opcode = 2) {
	const n = payload.length;
	const head = n < 126 ? 2 : n < 65536 ? 4 : 10;
	const b = Buffer.allocUnsafe(head + 4 + n);
	b[0] = 0x80 | opcode;
	if (head === 2) b[1] = 0x80 | n;
	else if (head === 4) {
		b[1] = 0x80 | 126;
		b.writeUInt16BE(n, 2);
	} else {
		b[1] = 0x80 | 127;
		b.writeUInt32BE(0, 2);
		b.writeUInt32BE(n, 6);
	}
	for (let i = 0; i < 4; i++) b[head + i] = MASK[i];
	for (let i = 0; i < n; i++) b[head + 4 + i] = payload[i] ^ MASK[i & 3];
	return b;
}

export class Ws {
	onmessage = () => {}; // (payload, isText)
	onclose = () => {};
	#parts = null;
	#have = 0;
	#need = 0;
	#fragments = [];
	#upgraded = false;
	#text = false;

	static open(url, { headers = {}, onmessage, onclose } = {}) {
		const ws = new Ws();
		if (onmessage) ws.onmessage = onmessage; // set before the first byte: a server may speak right after the upgrade
		if (onclose) ws.onclose = onclose;
		const u = new URL(url);
		return new Promise((resolve, reject) => {
			ws.sock = net.connect({
				host: u.hostname,
				port: Number(u.port),
				noDelay: true,
				onread: {
					buffer: RX,
					callback: (n, buf) => {
						ws.#data(buf.subarray(0, n));
						return true;
					}
				}
			});
			ws.opened = () => resolve(ws);
			ws.sock.once('error', (e) => {
				reject(e);
				ws.onclose(e);
			});
			ws.sock.once('close', () => {
				reject(new Error('closed'));
				ws.onclose();
			});
			const extra = Object.entries(headers)
				.map(([k, v]) => `${k}: ${v}\r\n`)
				.join('');
			ws.sock.write(
				`GET ${u.pathname}${u.search} HTTP/1.1\r\nHost: ${u.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
					`Sec-WebSocket-Key: ${crypto.randomBytes(16).toString('base64')}\r\nSec-WebSocket-Version: 13\r\n${extra}\r\n`
			);
		});
	}

	get bytesIn() {
		return this.sock.bytesRead;
	}
	send(frameBuffer) {
		return this.sock.write(frameBuffer);
	}
	close() {
		this.sock.destroy();
	}

	#data(chunk) {
		let buf = chunk;
		if (this.#parts) {
			this.#parts.push(Buffer.from(chunk));
			this.#have += chunk.length;
			if (this.#have < this.#need) return;
			buf = Buffer.concat(this.#parts);
			this.#parts = null;
		}
		let i = 0;
		if (!this.#upgraded) {
			const end = buf.indexOf('\r\n\r\n');
			if (end < 0) return this.#keep(buf, buf.length + 1);
			const status = buf.latin1Slice(0, buf.indexOf('\r\n'));
			if (!status.includes(' 101')) {
				this.sock.destroy(new Error('upgrade refused: ' + status));
				return;
			}
			this.#upgraded = true;
			i = end + 4;
			queueMicrotask(this.opened);
		}
		while (i < buf.length) {
			const left = buf.length - i;
			let n = left > 1 ? buf[i + 1] & 127 : 0;
			const head = n < 126 ? 2 : n === 126 ? 4 : 10;
			if (left < head) return this.#keep(buf.subarray(i), head);
			if (n === 126) n = buf.readUInt16BE(i + 2);
			else if (n === 127) n = buf.readUIntBE(i + 4, 6);
			if (left < head + n) return this.#keep(buf.subarray(i), head + n);
			const fin = buf[i] & 0x80;
			const opcode = buf[i] & 15;
			const payload = buf.subarray(i + head, i + head + n);
			i += head + n;
			if (opcode === 9) this.send(frame(payload, 10));
			else if (opcode === 8) this.sock.end();
			else if (opcode < 3) {
				if (opcode) this.#text = opcode === 1;
				if (fin && opcode) this.onmessage(payload, this.#text);
				else {
					this.#fragments.push(Buffer.from(payload));
					if (fin) {
						const whole = Buffer.concat(this.#fragments);
						this.#fragments = [];
						this.onmessage(whole, this.#text);
					}
				}
			}
		}
	}

	#keep(rest, need) {
		this.#parts = [Buffer.from(rest)];
		this.#have = rest.length;
		this.#need = need;
	}
}
