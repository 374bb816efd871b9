import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { EnergyMeter, type EnergyCounters } from '../../../../native/daemon/session/energy-meter.ts';
import { machineEnergy } from '../../../../native/daemon/session/machine-energy.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

describe('the energy of requests', () => {
  it('is divided among those that run, and adds up to what the process took', () => {
    let cpu = 100;
    const meter = new EnergyMeter({ cpuSeconds: () => cpu });
    const endFirst = meter.begin();
    cpu += 4;
    const endSecond = meter.begin();
    cpu += 6;
    const first = endFirst();
    cpu += 1;
    const second = endSecond();
    expect([first, second]).toEqual([{ cpuSeconds: 7 }, { cpuSeconds: 4 }]);
    cpu += 50;
    expect([endFirst(), endSecond()], 'asked again').toEqual([first, second]);
    const endThird = meter.begin();
    cpu += 2;
    expect(endThird(), 'time between requests is nobody’s').toEqual({ cpuSeconds: 2 });
  });

  it("is the process's share of what the machine measures", () => {
    let cpu = 0;
    const machine = { joules: 1000, busySeconds: 500 };
    const counters: EnergyCounters = { cpuSeconds: () => cpu, machine: () => ({ ...machine }) };
    const meter = new EnergyMeter(counters);
    const end = meter.begin();
    cpu += 2;
    machine.joules += 80;
    machine.busySeconds += 8; // other programs computed too
    expect(end()).toEqual({ cpuSeconds: 2, joules: 20 });
    const next = meter.begin();
    cpu += 2;
    machine.joules += 80;
    expect(next(), 'the coarser clock of the machine has not moved yet').toEqual({ cpuSeconds: 2, joules: 80 });
  });
});

describe('the energy counters of Linux', () => {
  const counter = (folder: string, zone: string, name: string, microjoules: number): void => {
    mkdirSync(path.join(folder, zone), { recursive: true });
    writeFileSync(path.join(folder, zone, 'name'), `${name}\n`);
    writeFileSync(path.join(folder, zone, 'energy_uj'), `${microjoules}\n`);
    writeFileSync(path.join(folder, zone, 'max_energy_range_uj'), '10000000\n');
  };

  it('are summed over the processor packages, also when one begins again from zero', () => {
    const folder = temporaryFolder();
    counter(folder, 'intel-rapl:0', 'package-0', 1_000_000);
    counter(folder, 'intel-rapl:1', 'package-1', 9_000_000);
    counter(folder, 'intel-rapl:2', 'psys', 5_000_000);
    counter(folder, 'intel-rapl:0:0', 'core', 400_000);
    const { machine } = machineEnergy(folder);
    expect(machine?.().joules).toBe(0);
    counter(folder, 'intel-rapl:0', 'package-0', 3_000_000);
    counter(folder, 'intel-rapl:1', 'package-1', 500_000);
    counter(folder, 'intel-rapl:2', 'psys', 9_000_000);
    const now = machine?.();
    expect(now?.joules).toBeCloseTo(3.5);
    expect(now?.busySeconds).toBeGreaterThan(0);
  });

  it('are not used where none may be read', () => {
    const folder = temporaryFolder();
    expect(machineEnergy(path.join(folder, 'none')).machine).toBeUndefined();
    counter(folder, 'intel-rapl:0', 'package-0', 1);
    rmSync(path.join(folder, 'intel-rapl:0', 'energy_uj'));
    const counters = machineEnergy(folder);
    expect(counters.machine).toBeUndefined();
    expect(counters.cpuSeconds()).toBeGreaterThan(0);
  });
});
