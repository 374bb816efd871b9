import { CodedError } from '../../native/protocol/coded-error.ts';
import { translate } from '../translation.ts';

/**
 * How far what is sent travels: not at all, from a remote window to the machine in front of the user, within a private
 * network, or anywhere.
 */
type Reach = 'machine' | 'home' | 'network' | 'internet';

/** Where an engine answers. */
export interface EngineAddress {
  /** The base of OpenAI's API without a slash at its end, such as `http://127.0.0.1:8000/v1`. Identifies the engine. */
  readonly base: string;
  /** The base without `/v1`: servers have their own methods there. */
  readonly root: string;
  /** Host and port, as the user sees them. */
  readonly host: string;
  readonly reach: Reach;
  readonly encrypted: boolean;
}

/** Endings of addresses that users copy from documentation: they follow the base. */
const methods = /\/(chat\/completions|completions|models|responses|embeddings)\/*$/;
/** Domains that no public name server knows. */
const privateDomain = /\.(local|lan|internal|home|home\.arpa|localdomain)$/;

/**
 * Reads what the user typed: an address with or without a scheme and with or without `/v1`. Throws `option.invalid`
 * when it is none, or when it would send text unencrypted through the internet.
 */
export function readAddress(typed: string): EngineAddress {
  const url = urlOf(typed.trim());
  if (url === undefined) throw invalid(translate('Enter an address such as http://localhost:8000 or https://host/v1.'));
  if (url.username !== '' || url.password !== '')
    throw invalid(translate('Leave name and password out of the address: the key is asked for separately.'));
  const reach = reachOf(url.hostname);
  const encrypted = url.protocol === 'https:';
  if (!encrypted && reach === 'internet')
    throw invalid(translate('{0} is not on this machine or a private network: use https.', url.host));
  const path = url.pathname.replace(methods, '').replace(/\/+$/, '');
  const base = `${url.origin}${path === '' ? '/v1' : path}`;
  return { base, root: base.replace(/\/v1$/, ''), host: url.host, reach, encrypted };
}

/** The engine of the machine in front of the user, whose port was forwarded to this one. */
export function homeAddress(port: number): EngineAddress {
  return { ...readAddress(`http://127.0.0.1:${port}`), host: `home:${port}`, reach: 'home' };
}

/** Whether an address can be read; for lists that may hold old ones. */
export function addressOrNone(typed: string): EngineAddress | undefined {
  try {
    return readAddress(typed);
  } catch {
    return undefined; // asked for, not used
  }
}

function urlOf(typed: string): URL | undefined {
  if (typed === '' || /\s/.test(typed)) return undefined;
  const hasScheme = /^[a-z][a-z\d+.-]*:\/\//i.test(typed);
  if (hasScheme && !/^https?:/i.test(typed)) return undefined;
  const url = parse(hasScheme ? typed : `https://${typed}`);
  if (url === undefined || url.hostname === '') return undefined;
  // Servers on this machine and in a private network seldom have a certificate.
  return hasScheme || reachOf(url.hostname) === 'internet' ? url : parse(`http://${typed}`);
}

function parse(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

function reachOf(hostname: string): Reach {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (host === 'localhost' || host.endsWith('.localhost')) return 'machine';
  // URL has brought addresses of both kinds into one form.
  if (/^(\d+\.){3}\d+$/.test(host)) return reachOfV4(host);
  if (host.includes(':')) return reachOfV6(host);
  return !host.includes('.') || privateDomain.test(host) ? 'network' : 'internet';
}

function reachOfV4(host: string): Reach {
  const [a = 0, b = 0] = host.split('.').map(Number);
  if (a === 127) return 'machine';
  const isPrivate =
    a === 10 ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168) ||
    (a === 169 && b === 254) ||
    (a === 100 && b >= 64 && b < 128); // shared address space, which VPNs such as Tailscale use
  return isPrivate ? 'network' : 'internet';
}

function reachOfV6(host: string): Reach {
  if (host === '::1') return 'machine';
  // URL writes an address of the older kind within the newer one in hexadecimal.
  const mapped = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(host);
  if (mapped !== null) {
    const bytes = [mapped[1], mapped[2]].flatMap((part) => {
      const value = Number.parseInt(part ?? '0', 16);
      return [value >> 8, value & 255];
    });
    return reachOfV4(bytes.join('.'));
  }
  return /^(f[cd]|fe[89ab])/.test(host) ? 'network' : 'internet';
}

function invalid(message: string): CodedError {
  return new CodedError('option.invalid', message);
}
