/** Someone with cookies of their own, as a program has them. */
export function visitor(base: string) {
	let cookie = '';
	return {
		cookie: () => cookie,
		async call(method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) {
			const response = await fetch(base + path, {
				method,
				redirect: 'manual',
				headers: {
					...(cookie ? { cookie } : {}),
					...(body === undefined ? {} : { 'content-type': 'application/json' }),
					...headers
				},
				body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body)
			});
			const [set] = response.headers.getSetCookie().filter((one) => /nabij_session=/.test(one));
			if (set) cookie = set.split(';')[0] ?? '';
			const text = await response.text();
			const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
			return { status: response.status, headers: response.headers, json: isJson ? JSON.parse(text) : null, text };
		}
	};
}
