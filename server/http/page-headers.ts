/**
 * What every page says beside its content. The referrer stays with us because addresses of links carry tokens (and is
 * not `no-referrer`, which would make browsers send `Origin: null` with forms); pages are alone in their browsing context.
 */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
	'referrer-policy': 'same-origin',
	'x-content-type-options': 'nosniff',
	'cross-origin-opener-policy': 'same-origin',
	'cross-origin-resource-policy': 'same-origin',
	'permissions-policy': [
		'camera=(self)',
		'microphone=(self)',
		'display-capture=(self)',
		...[
			'accelerometer',
			'browsing-topics',
			'geolocation',
			'gyroscope',
			'hid',
			'magnetometer',
			'midi',
			'payment',
			'serial',
			'usb'
		].map((feature) => `${feature}=()`)
	].join(', ')
};
