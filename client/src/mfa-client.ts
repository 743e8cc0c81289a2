import type {
  ChallengeDataResponse,
  MfaAvailableMethodsResponse,
  MfaBackupCodesResponse,
  MfaDevicesResponse,
  MfaRemoveDeviceResponse,
  MfaSetupRequest,
  MfaSetupResponse,
  MfaStatus,
  MfaVerifyRequest,
  MfaVerifyResponse,
  MfaVerifySetupRequest,
  MfaVerifySetupResponse,
} from '../../lib/contracts';
import { fillPath, type Endpoints } from './endpoints';
import type { UserRequests } from './user-requests';

/** Second factors of the signed-in user. */
export class MfaClient {
  constructor(
    private readonly requests: UserRequests,
    private readonly endpoints: Endpoints,
  ) {}

  /** What the user has of second factors, and what the backend asks for. */
  async getStatus(): Promise<MfaStatus> {
    return (await this.requests.send({ method: 'GET', path: this.endpoints.mfaStatus })) as MfaStatus;
  }

  /** Methods that the user can set up. */
  async getAvailableMethods(): Promise<MfaAvailableMethodsResponse> {
    const answer = await this.requests.send({ method: 'GET', path: this.endpoints.mfaAvailableMethods });
    return answer as MfaAvailableMethodsResponse;
  }

  /** Begins to set a factor up. */
  async setup(body: MfaSetupRequest): Promise<MfaSetupResponse> {
    const answer = await this.requests.send({ method: 'POST', path: this.endpoints.mfaSetupData, body });
    return answer as MfaSetupResponse;
  }

  /** Proves the factor that this session began to set up. */
  async verifySetup(body: MfaVerifySetupRequest): Promise<MfaVerifySetupResponse> {
    const answer = await this.requests.send({ method: 'POST', path: this.endpoints.mfaVerifySetup, body });
    return answer as MfaVerifySetupResponse;
  }

  /** Data with which a factor is shown to verify(); sends the code of those that have one. */
  async challenge(method: string): Promise<Record<string, unknown>> {
    const path = this.endpoints.mfaChallengeData;
    const answer = await this.requests.send({ method: 'POST', path, body: { method } });
    return (answer as ChallengeDataResponse).challengeData;
  }

  /**
   * Shows a factor, for something of the application's own. The session stays as it is: stepUp() renews its proof.
   *
   * @throws {NAuthClientError} VERIFY_CODE_INVALID, VERIFY_CODE_EXPIRED, VALIDATION_FAILED, CHALLENGE_MAX_ATTEMPTS
   */
  async verify(body: MfaVerifyRequest): Promise<MfaVerifyResponse> {
    const answer = await this.requests.send({ method: 'POST', path: this.endpoints.mfaVerify, body });
    return answer as MfaVerifyResponse;
  }

  async listDevices(): Promise<MfaDevicesResponse> {
    return (await this.requests.send({
      method: 'GET',
      path: this.endpoints.mfaDevices,
    })) as MfaDevicesResponse;
  }

  async renameDevice(deviceId: string, name: string): Promise<void> {
    const path = fillPath(this.endpoints.mfaDevice, 'deviceId', deviceId);
    await this.requests.send({ method: 'PUT', path, body: { name } });
  }

  /** Makes a factor the one that is asked for first. */
  async preferDevice(deviceId: string): Promise<void> {
    const path = fillPath(this.endpoints.mfaPreferredDevice, 'deviceId', deviceId);
    await this.requests.send({ method: 'POST', path });
  }

  async removeDevice(deviceId: string): Promise<MfaRemoveDeviceResponse> {
    const path = fillPath(this.endpoints.mfaDevice, 'deviceId', deviceId);
    return (await this.requests.send({ method: 'DELETE', path })) as MfaRemoveDeviceResponse;
  }

  /** New backup codes, shown this once; earlier ones are dead. */
  async generateBackupCodes(): Promise<MfaBackupCodesResponse> {
    const answer = await this.requests.send({ method: 'POST', path: this.endpoints.mfaBackupCodes });
    return answer as MfaBackupCodesResponse;
  }
}
