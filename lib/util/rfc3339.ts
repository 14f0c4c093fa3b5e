const dateTime = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:([Zz])|([+-])(\d\d):(\d\d))?$/;

/**
 * Epoch ms of an RFC 3339 date-time: `2026-01-01T00:00:00.5+08:00`. Undefined if it is not one.
 *
 * The letters may be lower case and a space may stand for the `T`; the fraction may have any number of digits and is cut after
 * milliseconds. A leap second is read as the second that follows it. Hour 24 and days that do not exist are refused. A
 * time without a zone is refused too, because nobody knows which one it is in; with `zone: 'utc'` it is read as UTC.
 */
export function rfc3339Time(text: string, zone: 'required' | 'utc' = 'required'): number | undefined {
  const found = dateTime.exec(text);
  if (found === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', utc, sign, zoneHour = '0', zoneMinute = '0'] = found;
  if (utc === undefined && sign === undefined && zone === 'required') return undefined;
  const midnight = midnightOf(Number(year), Number(month), Number(day));
  const wall = midnight + msOfClock(Number(hour), Number(minute), Number(second));
  const offset = offsetOf(Number(zoneHour), Number(zoneMinute));
  if (Number.isNaN(wall) || offset === undefined) return undefined;
  const time = wall - (sign === '-' ? -offset : offset);
  if (second === '60' && time % msOfDay !== 0) return undefined;
  return time + Number(fraction.slice(0, 3).padEnd(3, '0'));
}

/** The same for times that people type: seconds may be left out, and a date alone is midnight UTC. */
export function typedTime(text: string, zone: 'required' | 'utc' = 'required'): number | undefined {
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return rfc3339Time(`${text}T00:00:00Z`);
  return rfc3339Time(text.replace(/^(.{10}[Tt ]\d\d:\d\d)(?=$|[Zz+-])/, '$1:00'), zone);
}

const msOfDay = 86_400_000;

/** NaN for a day that does not exist. */
function midnightOf(year: number, month: number, day: number): number {
  // Years of 400 have one number of days, and `Date.UTC` reads years below 100 as 19xx.
  const midnight = Date.UTC(year + 400, month - 1, day) - msOf400Years;
  // Days that do not exist run over into the next month, of which there are no more than one.
  const isReal = month >= 1 && month <= 12 && day >= 1 && (day <= 28 || new Date(midnight).getUTCDate() === day);
  return isReal ? midnight : Number.NaN;
}

const msOf400Years = 146_097 * msOfDay;

/** NaN for a time that no clock shows. */
function msOfClock(hour: number, minute: number, second: number): number {
  return hour > 23 || minute > 59 || second > 60 ? Number.NaN : ((hour * 60 + minute) * 60 + second) * 1_000;
}

function offsetOf(hours: number, minutes: number): number | undefined {
  return hours > 23 || minutes > 59 ? undefined : (hours * 60 + minutes) * 60_000;
}
