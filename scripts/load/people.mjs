// The people of ../load.mjs: each has an account, a device that is known there, a network of their own, and a session.
import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { call } from './http.mjs';

const PASSWORD = 'correct horse battery staple';
const TICK_MS = 10;
/** A client that is told to come back later does so this often. */
const TRIES = 4;

/** What people do, with its share of all that they do. */
const DEEDS = {
  profile: { share: 0.6, run: (person) => person.profile() },
  refresh: { share: 0.24, run: (person) => person.refresh() },
  'login, known device': { share: 0.12, run: (person) => person.loginFromDevice() },
  'login, new device': { share: 0.03, run: (person) => person.loginFromNewDevice() },
  'login, new network': { share: 0.01, run: (person) => person.loginFromNewNetwork() },
};

export class People {
  constructor(url) {
    this.url = url;
    this.agent = new Agent({ keepAlive: true, maxSockets: 200 });
    this.members = [];
  }

  get emails() {
    return this.members.map(({ email }) => email);
  }

  async signUp(count) {
    const newcomers = Array.from({ length: count }, (_, index) => new Person(this, index));
    for (let at = 0; at < count; at += 8)
      await Promise.all(newcomers.slice(at, at + 8).map((one) => one.signUp()));
    this.members = newcomers;
  }

  /** Does so much in a second, for so long, whatever becomes of it; the outcomes of each deed. */
  async live(rate, seconds) {
    const names = spread(DEEDS);
    const outcomes = Object.fromEntries(Object.keys(DEEDS).map((name) => [name, []]));
    const running = [];
    let started = 0;
    const startedAt = performance.now();
    await new Promise((resolve) => {
      const timer = setInterval(() => {
        const elapsed = performance.now() - startedAt;
        const due = Math.floor((Math.min(elapsed, seconds * 1000) * rate) / 1000);
        for (; started < due; started += 1) {
          const name = names[started % names.length];
          const person = this.members[(started * 7) % this.members.length];
          running.push(DEEDS[name].run(person).then((outcome) => outcomes[name].push(outcome)));
        }
        if (elapsed < seconds * 1000) return;
        clearInterval(timer);
        resolve();
      }, TICK_MS);
    });
    await Promise.all(running);
    this.agent.destroy();
    return outcomes;
  }
}

/** A hundred names in a fixed order, each as often as its share, far from its like. */
function spread(deeds) {
  const places = Object.entries(deeds).flatMap(([name, { share }]) => {
    const count = Math.round(share * 100);
    return Array.from({ length: count }, (_, index) => ({ name, at: (index + 0.5) / count }));
  });
  return places.sort((a, b) => a.at - b.at).map(({ name }) => name);
}

class Person {
  constructor(people, index) {
    this.people = people;
    this.email = `person.${index}@example.com`;
    this.index = index;
    this.journeys = 0;
    this.refreshing = Promise.resolve();
  }

  get home() {
    return `203.0.${this.index >> 8}.${this.index & 255}`;
  }

  async signUp() {
    const { status, body } = await this.send('POST', '/auth/signup', {
      body: { email: this.email, password: PASSWORD },
    });
    if (status !== 201) throw new Error(`a sign-up answered ${status} ${body.code}`);
    Object.assign(this, { access: body.accessToken, token: body.refreshToken, device: body.deviceToken });
  }

  profile() {
    return this.persist(() =>
      this.send('GET', '/auth/profile', { headers: { authorization: `Bearer ${this.access}` } }),
    );
  }

  /** One after the other, as a client does. */
  refresh() {
    const turn = this.refreshing.then(() =>
      this.persist(async () => {
        const answer = await this.send('POST', '/auth/refresh', { body: { refreshToken: this.token } });
        if (answer.status === 200)
          Object.assign(this, { access: answer.body.accessToken, token: answer.body.refreshToken });
        return answer;
      }),
    );
    this.refreshing = turn;
    return turn;
  }

  loginFromDevice() {
    return this.persist(() => this.login(this.home, { 'x-device-token': this.device }));
  }

  loginFromNewDevice() {
    return this.persist(() => this.login(this.home));
  }

  loginFromNewNetwork() {
    this.journeys += 1;
    const address = `192.0.${this.journeys}.${this.index}`;
    return this.persist(() => this.login(address));
  }

  login(address, headers = {}) {
    return this.send('POST', '/auth/login', {
      headers: { ...headers, 'x-forwarded-for': address },
      body: { identifier: this.email, password: PASSWORD },
    });
  }

  send(method, path, { headers = {}, body } = {}) {
    const { agent, url } = this.people;
    return call(agent, url, method, path, { headers: { 'x-forwarded-for': this.home, ...headers }, body });
  }

  /** Comes back when told to, a few times. */
  async persist(work) {
    const statuses = [];
    for (;;) {
      const { status, retryAfter, ms } = await work();
      statuses.push(status);
      const isOver = status === 200 || statuses.length === TRIES || !(retryAfter >= 1);
      if (isOver) return { isDone: status === 200, isDoneAtOnce: statuses[0] === 200, statuses, ms };
      await sleep(retryAfter * 1000);
    }
  }
}
