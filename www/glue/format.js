// Formats numbers, sizes, times and dates in the page's language. Formatters are kept: making one is slow.

const formatters = new Map();

function formatted(language, options, value) {
  const key = `${language} ${JSON.stringify(options)}`;
  if (!formatters.has(key)) formatters.set(key, new Intl.NumberFormat(language, options));
  return formatters.get(key).format(value);
}

const digits = (least, most = least) => ({ minimumFractionDigits: least, maximumFractionDigits: most });

/** 11914: 11,914. */
export const count = (language, value) => formatted(language, digits(0), value);

/** `places` digits after the point. */
export const decimals = (language, value, places) => formatted(language, digits(places), value);

/** 90868376: 90.9 MB. */
export function bytes(language, value) {
  const in_ = (unit, size, places, unitDisplay = "short") =>
    formatted(language, { style: "unit", unit, unitDisplay, ...digits(places) }, value / size);
  if (value >= 1e9) return in_("gigabyte", 1e9, 2);
  if (value >= 1e6) return in_("megabyte", 1e6, 1);
  if (value >= 1e3) return in_("kilobyte", 1e3, 0);
  return in_("byte", 1, 0, "long");
}

/** 22713216: 22.7 million. */
export function millions(language, value) {
  if (value < 1e6) return count(language, value);
  return formatted(language, { notation: "compact", compactDisplay: "long", ...digits(0, 1) }, value);
}

/** 125.4 seconds: 2 min 5 sec. Two units at most. */
export function duration(language, seconds) {
  const whole = Math.round(Math.max(0, seconds));
  const in_ = (unit, value, unitDisplay = "narrow") => formatted(language, { style: "unit", unit, unitDisplay, ...digits(0) }, value);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  if (hours > 0) return `${in_("hour", hours)} ${in_("minute", minutes)}`;
  if (minutes > 0) return `${in_("minute", minutes)} ${in_("second", whole % 60)}`;
  return in_("second", whole, "short");
}

/** Milliseconds since 1970: 24 Nov, 14:03, in the visitor's own time. */
export function date(language, milliseconds) {
  const options = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" };
  return new Date(milliseconds).toLocaleString(language, options);
}

/** Three significant digits or so: 0.012, 4.57, 1,234. */
export function significant(language, value) {
  const size = Math.abs(value);
  if (size !== 0 && size < 1e-3) return formatted(language, { notation: "scientific", ...digits(2) }, value).toLowerCase();
  return decimals(language, value, size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
}

// The first formatter takes 20 ms: it is made here, while the program is on its way.
count("en", 0);
