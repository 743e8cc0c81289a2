import { describe, expect, it } from 'vitest';
import { RememberedSessions } from './remembered-sessions';
import { row } from './session.fixture';

const MAX = 100;

/** A thousand sessions of 250 users, in a cache for a hundred. */
function filled(): RememberedSessions {
  const cache = new RememberedSessions(MAX);
  for (let index = 0; index < 1000; index += 1) cache.set(row(`s${index}`, `u${index % 250}`));
  return cache;
}

describe('RememberedSessions', () => {
  it('holds no more sessions, and no more users, than it was made for', () => {
    const cache = filled();
    expect(cache.size).toEqual({ sessions: MAX, users: MAX });
    for (let index = 0; index < 1000; index += 1) {
      cache.set(row(`s${index % 10}`, `u${index % 10}`));
      cache.noteActivity(`s${index % 10}`, new Date(index));
    }
    expect(cache.size).toEqual({ sessions: MAX, users: MAX });
  });

  it('makes room by dropping what was used longest ago', () => {
    const cache = filled();
    expect(cache.get('s899')).toBeUndefined();
    expect(cache.get('s900')).toBeDefined();
    cache.set(row('new', 'new'));
    expect(cache.get('s900')).toBeDefined();
    expect(cache.get('s901')).toBeUndefined();
  });

  it('drops all sessions of a user, however they came and changed', () => {
    const cache = new RememberedSessions(MAX);
    for (const id of ['a', 'b', 'c']) cache.set(row(id, 'u1'));
    cache.set(row('d', 'u2'));
    cache.set(row('a', 'u1'));
    cache.noteActivity('b', new Date(0));
    cache.delete('c');
    cache.deleteUser('u1');
    expect(['a', 'b', 'c', 'd'].filter((id) => cache.get(id))).toEqual(['d']);
    expect(cache.size).toEqual({ sessions: 1, users: 1 });
    cache.clear();
    expect(cache.size).toEqual({ sessions: 0, users: 0 });
  });
});
