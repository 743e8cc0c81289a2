import type {
  ChallengeDataRequest,
  ChallengeDataResponse,
  ResendCodeResponse,
  SetupDataRequest,
  SetupDataResponse,
} from '../../lib/contracts';
import type { Delivery } from './delivery.port';
import type { EndpointName, Endpoints } from './endpoints';
import type { HttpTransport } from './http-transport';

/** What a client may ask for before it answers a step. */
export class ChallengeRequests {
  constructor(
    private readonly transport: HttpTransport,
    private readonly delivery: Delivery,
    private readonly endpoints: Endpoints,
  ) {}

  /** The code once more; the earlier one is void. */
  async resend(session: string): Promise<ResendCodeResponse> {
    return (await this.ask('resendCode', { session })) as ResendCodeResponse;
  }

  async setupData(request: SetupDataRequest): Promise<SetupDataResponse> {
    return (await this.ask('setupData', request)) as SetupDataResponse;
  }

  async challengeData(request: ChallengeDataRequest): Promise<ChallengeDataResponse> {
    return (await this.ask('challengeData', request)) as ChallengeDataResponse;
  }

  /** As whoever is on the way to a sign-in, who has no session yet. */
  private async ask(name: EndpointName, body: object): Promise<object> {
    const headers = await this.delivery.signInHeaders();
    return this.transport.send({ method: 'POST', path: this.endpoints[name], body }, headers);
  }
}
