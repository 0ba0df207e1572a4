import { createTransport } from 'nodemailer';
import type { Mailer } from '../../ports/mailer.ts';

/** Sends by the mail server at `url` (`smtp://` or `smtps://`). Rejects when it does not take the mail. */
export function openSmtpMailer({ url, from }: Readonly<{ url: string; from: string | null }>): Mailer {
	const transport = createTransport({
		url,
		// A mail server that hangs must not hold the call that waits for it.
		connectionTimeout: 10_000,
		greetingTimeout: 10_000,
		socketTimeout: 20_000,
		// The text is ours, but nothing in it may ever name a file or an address to fetch.
		disableFileAccess: true,
		disableUrlAccess: true
	});
	return {
		async send({ to, subject, text }) {
			await transport.sendMail({ from: from ?? undefined, to: { name: '', address: to }, subject, text });
		}
	};
}
