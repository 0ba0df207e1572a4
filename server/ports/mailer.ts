/** Sends mail, or (embedded) writes it readable into the data folder. */
export interface Mailer {
	send(mail: Mail): Promise<void>;
}

export type Mail = Readonly<{ to: string; subject: string; text: string }>;
