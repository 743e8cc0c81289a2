import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../config';
import { testConfig } from '../../test/unit/nest/support';
import {
  decideRisk,
  riskRules,
  riskTriggers,
  toRiskRecord,
  replayRisk,
  travelSpeed,
  type RiskFacts,
} from '.';
import type { AdaptiveMfaOptions, RiskTrigger } from '.';

const calm: RiskFacts = {
  knownDevice: true,
  knownNetwork: true,
  knownCountry: true,
  travelSpeed: 0,
  failures: 0,
  alarms: 0,
  passwordReset: false,
};
/** For each trigger the facts that raise it, and those that leave it open. */
const raised: Record<RiskTrigger, { present: Partial<RiskFacts>[]; unknown: Partial<RiskFacts>[] }> = {
  new_device: { present: [{ knownDevice: false }], unknown: [{ knownDevice: null }] },
  new_ip: { present: [{ knownNetwork: false }], unknown: [{ knownNetwork: null }] },
  new_country: { present: [{ knownCountry: false }], unknown: [{ knownCountry: null }] },
  impossible_travel: { present: [{ travelSpeed: 901 }], unknown: [{ travelSpeed: null }] },
  suspicious_activity: {
    present: [{ failures: 4 }, { alarms: 1 }],
    unknown: [{ failures: null }, { alarms: null }],
  },
  recent_password_reset: { present: [{ passwordReset: true }], unknown: [{ passwordReset: null }] },
};

function policy(adaptive: AdaptiveMfaOptions = {}) {
  return resolveConfig(testConfig({ mfa: { enabled: true, enforcement: 'ADAPTIVE', adaptive } }), {
    production: false,
  }).mfa.adaptive;
}

describe('decideRisk', () => {
  it('allows what is as ever', () => {
    const expected = { score: 0, level: 'low', action: 'allow', notifyUser: false, reasons: [] };
    expect(decideRisk(calm, policy())).toEqual(expected);
    expect(decideRisk({ ...calm, failures: 3, travelSpeed: 900 }, policy())).toEqual(expected);
  });

  it.each(riskTriggers)('counts %s when it is there and when nobody knows', (trigger) => {
    const points = riskRules.find((rule) => rule.trigger === trigger)?.weight;
    for (const facts of raised[trigger].present) {
      const { score, reasons } = decideRisk({ ...calm, ...facts }, policy());
      expect([score, reasons]).toEqual([points, [{ trigger, points, unknown: false }]]);
    }
    for (const facts of raised[trigger].unknown) {
      const { score, reasons } = decideRisk({ ...calm, ...facts }, policy());
      expect([score, reasons]).toEqual([points, [{ trigger, points, unknown: true }]]);
    }
  });

  it.each(riskTriggers)('leaves %s alone when it is not among the triggers', (trigger) => {
    const others = riskTriggers.filter((other) => other !== trigger);
    const [facts] = raised[trigger].present;
    expect(decideRisk({ ...calm, ...facts }, policy({ triggers: others })).score).toBe(0);
  });

  it.each(riskTriggers)('keeps the points of the others when %s is given its own', (trigger) => {
    const defaults = policy().weights;
    expect(policy({ riskWeights: { [trigger]: 3 } }).weights).toEqual({ ...defaults, [trigger]: 3 });
    expect(policy({ riskWeights: { [trigger]: undefined } }).weights).toEqual(defaults);
  });

  it('goes from level to level at their scores, and stops at 100', () => {
    const at = (points: number) =>
      decideRisk(
        { ...calm, knownDevice: false },
        policy({ triggers: ['new_device'], riskWeights: { new_device: points } }),
      );
    expect([20, 21, 50, 51, 100].map((points) => at(points).level)).toEqual([
      'low',
      'medium',
      'medium',
      'high',
      'high',
    ]);
    const everything = Object.assign(
      {},
      ...riskTriggers.map((trigger) => raised[trigger].present[0]),
    ) as RiskFacts;
    expect(decideRisk(everything, policy())).toMatchObject({
      score: 100,
      level: 'high',
      action: 'require_mfa',
    });
    const own = policy({
      riskLevels: { low: { maxScore: 30 }, medium: { action: 'allow', notifyUser: false } },
    });
    expect(own.levels).toEqual({
      low: { maxScore: 30, action: 'allow', notifyUser: false },
      medium: { maxScore: 50, action: 'allow', notifyUser: false },
      high: { maxScore: 100, action: 'require_mfa', notifyUser: true },
    });
  });

  it('asks for a factor, and neither blocks nor writes, for what nobody knows', () => {
    const blocking = policy({ riskLevels: { high: { action: 'block_signin' } } });
    const unknown = { ...calm, knownCountry: null, travelSpeed: null };
    expect(decideRisk(unknown, blocking)).toMatchObject({
      level: 'high',
      action: 'require_mfa',
      notifyUser: false,
    });
    const abroad = { ...calm, knownDevice: false, knownCountry: false };
    expect(decideRisk(abroad, blocking)).toMatchObject({ action: 'block_signin', notifyUser: true });
    // What is known is enough for itself; what is not takes nothing from it.
    expect(decideRisk({ ...abroad, travelSpeed: null }, blocking).action).toBe('block_signin');
  });

  it('can be made again from its record alone, whatever the facts', () => {
    const values = [true, false, null];
    const settings = policy({
      riskWeights: { new_ip: 11 },
      riskLevels: { high: { action: 'block_signin' } },
    });
    for (const knownDevice of values)
      for (const knownNetwork of values)
        for (const knownCountry of values)
          for (const speed of [0, 5000, null]) {
            const facts = { ...calm, knownDevice, knownNetwork, knownCountry, travelSpeed: speed };
            const decision = decideRisk(facts, settings);
            const stored: unknown = JSON.parse(JSON.stringify(toRiskRecord(facts, settings, decision)));
            expect(replayRisk({ details: stored as ReturnType<typeof toRiskRecord> })).toEqual({
              decision,
              matches: true,
            });
          }
  });

  it('is no replay where the record is incomplete or of other rules', () => {
    const record = toRiskRecord(calm, policy(), decideRisk(calm, policy()));
    for (const details of [null, {}, { ...record, version: 0 }, { ...record, policy: {} }]) {
      expect(() => replayRisk({ details })).toThrow(TypeError);
    }
  });
});

describe('travelSpeed', () => {
  const zurich = { latitudeE2: 4738, longitudeE2: 854 };
  const place = (latitude: number, longitude: number, hours: number) => ({
    latitudeE2: latitude * 100,
    longitudeE2: longitude * 100,
    at: new Date(hours * 3600_000),
  });

  it('is that of the great circle, less what databases are off', () => {
    const start = { ...zurich, at: new Date(0) };
    const toLima = travelSpeed(start, place(-12.05, -77.04, 10));
    expect(toLima).toBeGreaterThan(1000);
    expect(toLima).toBeLessThan(1100);
    expect(travelSpeed(start, place(46.95, 7.44, 0))).toBe(0);
    // Over the date line is not round the world.
    expect(travelSpeed(place(0, 179.5, 0), place(0, -179.5, 1))).toBeLessThan(20);
    // Clocks of instances differ, and nothing is divided by nothing.
    expect(travelSpeed(place(0, 0, 5), place(0, 90, 5))).toBeGreaterThan(100_000);
    expect(Number.isFinite(travelSpeed(place(90, 0, 1), place(-90, 0, 0)))).toBe(true);
  });
});
