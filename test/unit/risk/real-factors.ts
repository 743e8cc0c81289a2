import { TOTP } from 'otpauth';
import { randomId } from '../../../lib/common';
import { MFAService } from '../../../lib/mfa';
import {
  SoftwareAuthenticator,
  type CreationOptions,
  type RequestOptions,
} from '../../support/passkeys/software-authenticator';
import { PASSWORD, type Client, type Person, type World } from './support';

type Data = Record<string, unknown>;

/** A second factor in the hands of its owner. */
export interface Factor {
  readonly method: 'totp' | 'passkey';
  /** What a set-up is proved with. */
  proof(setupData: Data): Data;
  /** What a challenge is answered with. */
  answer(challengeData: Data): Data;
}

/** An authenticator app; every code of it is a new one, for which the clock moves on. */
export class AppFactor implements Factor {
  readonly method = 'totp';
  private app: TOTP | undefined;

  constructor(private readonly world: World) {}

  proof({ secret }: Data): Data {
    this.app = new TOTP({ secret: String(secret) });
    return { code: this.app.generate({ timestamp: this.world.now }) };
  }

  answer(): Data {
    this.world.now += 30_000;
    return { code: this.app?.generate({ timestamp: this.world.now }) };
  }
}

export class PasskeyFactor implements Factor {
  readonly method = 'passkey';
  readonly authenticator = new SoftwareAuthenticator();

  proof({ options }: Data): Data {
    return { credential: this.authenticator.create(options as CreationOptions) };
  }

  answer({ options }: Data): Data {
    return { credential: this.authenticator.get(options as RequestOptions) };
  }
}

export interface Holder extends Person {
  factor: Factor;
  accessToken: string;
  refreshToken: string;
}

/** How far a sign-in got: 'tokens', the challenge that it stands before, or the code of its refusal. */
export interface Entered {
  name: string;
  session?: string;
}

/** Signs somebody up, who sets the factor up as the policy has it: inside the challenge, or signed in. */
export async function holder(world: World, factor: Factor): Promise<Holder> {
  const { auth } = world;
  const { method } = factor;
  const email = `real.${method}.${randomId()}@example.com`;
  let answer = await world.from({}, () => auth.signup({ email, password: PASSWORD }));
  const { session } = answer;
  if (session !== undefined) {
    const { setupData } = await world.from({}, () => auth.getSetupData({ session, method }));
    const proof = { session, type: 'MFA_SETUP_REQUIRED', method, setupData: factor.proof(setupData) };
    answer = await world.from({}, () => auth.respondToChallenge(proof));
  } else {
    const mfa = world.module.get(MFAService);
    const work = async () => {
      const { setupData } = await mfa.setup({ methodName: method });
      await mfa.verifySetup({ methodName: method, setupData: factor.proof(setupData) });
    };
    await world.from({}, work, answer.accessToken);
  }
  const { user, deviceToken = '', accessToken = '', refreshToken = '' } = answer;
  return { id: user?.sub ?? '', email, token: deviceToken, factor, accessToken, refreshToken };
}

/** Answers the challenge of a sign-in with a factor, be it the holder's or not; how far it got. */
export async function show(
  world: World,
  factor: Factor,
  session: string,
  client: Client,
): Promise<{ accessToken?: string }> {
  const data = await world.from(client, () =>
    world.auth.getChallengeData({ session, method: factor.method }),
  );
  const answer = {
    session,
    type: 'MFA_REQUIRED',
    method: factor.method,
    ...factor.answer(data.challengeData),
  };
  return world.from(client, () => world.auth.respondToChallenge(answer));
}
