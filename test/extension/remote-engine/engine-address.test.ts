import { describe, expect, it } from 'vitest';
import { addressOrNone, readAddress } from '../../../extension/remote-engine/engine-address.ts';

const base = (typed: string): string => readAddress(typed).base;
const reach = (typed: string): string => readAddress(typed).reach;

describe('an address', () => {
  it('is read however it is typed', () => {
    expect(base('localhost:8000')).toBe('http://localhost:8000/v1');
    expect(base('http://127.0.0.1:1234/')).toBe('http://127.0.0.1:1234/v1');
    expect(base(' gpu-box:8000 ')).toBe('http://gpu-box:8000/v1');
    expect(base('api.example.com')).toBe('https://api.example.com/v1');
    expect(base('https://api.example.com/v1/chat/completions')).toBe('https://api.example.com/v1');
    expect(base('https://api.example.com/paas/v4/')).toBe('https://api.example.com/paas/v4');
    expect(readAddress('https://host/v1').root).toBe('https://host');
    expect(readAddress('https://host/openai').root).toBe('https://host/openai');
  });

  it('tells how far what is sent travels', () => {
    for (const typed of ['localhost', '127.0.0.1', 'http://[::1]:8000', 'a.localhost', 'http://[::ffff:127.0.0.1]'])
      expect(reach(typed), typed).toBe('machine');
    for (const typed of [
      '10.1.2.3',
      '172.16.0.1',
      '192.168.1.9',
      '100.64.0.1',
      'gpu-box',
      'box.local',
      'http://[fd00::1]',
    ])
      expect(reach(typed), typed).toBe('network');
    for (const typed of [
      '8.8.8.8',
      '172.32.0.1',
      '100.128.0.1',
      'example.com',
      'https://[2001:db8::1]',
      'localhost.evil.com',
    ])
      expect(reach(typed), typed).toBe('internet');
  });

  it('beyond private networks is refused without encryption', () => {
    expect(() => readAddress('http://example.com')).toThrow('use https');
    expect(() => readAddress('http://8.8.8.8:8000')).toThrow('use https');
    expect(readAddress('http://192.168.0.2:8000').encrypted).toBe(false);
  });

  it('that is none, or has a password in it, is refused', () => {
    for (const typed of ['', 'a b', 'ftp://host', 'file:///etc/passwd', 'javascript:alert(1)', 'https://me:key@host'])
      expect(addressOrNone(typed), typed).toBeUndefined();
  });
});
