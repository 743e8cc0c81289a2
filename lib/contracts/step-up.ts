/** Body of POST /step-up: what the account can show. See `details.stepUp` of AUTH_STEP_UP_REQUIRED. */
export interface StepUpRequest {
  password?: string;
  /** 'totp', 'sms', 'email', 'passkey' or 'backup'. */
  method?: string;
  code?: string;
  deviceId?: string;
  credential?: Record<string, unknown>;
}

/** Body of POST /step-up/challenge-data. */
export interface StepUpDataRequest {
  method: string;
}

/** What a user has to show to prove once more who they are: all of it. */
export interface StepUpDemand {
  /** The password. */
  password: boolean;
  /**
   * One of these second factors, 'backup' among them while codes are left; none for an account without, or with none that can
   * be used: POST /step-up answers FORBIDDEN then.
   */
  methods: string[];
}
