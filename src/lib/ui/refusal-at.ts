type Refusal = Readonly<{ field: string | null; words: string }>;

/** The words that belong beside one answer of a refused form; without a field, those that belong to none. */
export function refusalAt(
	form: Readonly<{ refusal?: Refusal | undefined }> | null | undefined,
	field: string | null = null
): string | undefined {
	return form?.refusal?.field === field ? form.refusal.words : undefined;
}
