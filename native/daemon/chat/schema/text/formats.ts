const byte = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const ipv4 = `${byte}(?:\\.${byte}){3}`;
const group = '[0-9a-fA-F]{1,4}';
/** What follows the colon of the last groups: another one, or an address of the older kind. */
const lastTwo = `(?:${group}:${group}|${ipv4})`;
const ipv6 = [
  `(?:${group}:){6}${lastTwo}`,
  `::(?:${group}:){5}${lastTwo}`,
  `(?:${group})?::(?:${group}:){4}${lastTwo}`,
  `(?:${group}(?::${group}){0,1})?::(?:${group}:){3}${lastTwo}`,
  `(?:${group}(?::${group}){0,2})?::(?:${group}:){2}${lastTwo}`,
  `(?:${group}(?::${group}){0,3})?::${group}:${lastTwo}`,
  `(?:${group}(?::${group}){0,4})?::${lastTwo}`,
  `(?:${group}(?::${group}){0,5})?::${group}`,
  `(?:${group}(?::${group}){0,6})?::`,
].join('|');
const label = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
const hostname = `${label}(?:\\.${label})*`;
const atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const email = `${atom}(?:\\.${atom})*@${hostname}`;
const encoded = '%[0-9A-Fa-f]{2}';
const reference = `(?:[A-Za-z0-9._~:/?@!$&'()*+,;=\\[\\]-]|${encoded})*`;
const fragment = `(?:#(?:[A-Za-z0-9._~:/?@!$&'()*+,;=-]|${encoded})*)?`;
const uri = `[A-Za-z][A-Za-z0-9+.-]*:${reference}${fragment}`;
const days =
  '(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|02-(?:0[1-9]|[12]\\d))';
const date = `\\d{4}-${days}`;
const time = '(?:[01]\\d|2[0-3]):[0-5]\\d:(?:[0-5]\\d|60)(?:\\.\\d{1,9})?(?:[Zz]|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)';
const clock = '(?:\\d+H(?:\\d+M)?(?:\\d+S)?|\\d+M(?:\\d+S)?|\\d+S)';
const day = '(?:\\d+Y(?:\\d+M)?(?:\\d+D)?|\\d+M(?:\\d+D)?|\\d+D)';
const duration = `P(?:\\d+W|${day}(?:T${clock})?|T${clock})`;

const formats: Readonly<Record<string, string>> = {
  date,
  time,
  'date-time': `${date}[Tt]${time}`,
  duration,
  uuid: '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}',
  email,
  hostname,
  ipv4,
  ipv6,
  uri,
  'uri-reference': `(?:${uri}|${reference}${fragment})`,
  'json-pointer': '(?:/(?:[^~/]|~[01])*)*',
};

/** Regular expressions for the formats that are held to. */
export const formatPatterns: ReadonlyMap<string, string> = new Map(
  Object.entries(formats).map(([name, pattern]) => [name, `^(?:${pattern})$`]),
);
