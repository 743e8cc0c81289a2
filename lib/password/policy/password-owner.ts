/** Whose password it is; rules that compare the two read it. */
export interface PasswordOwner {
  /** Absent while there is no account yet. */
  id?: string;
  email: string;
  username?: string | null;
  firstName?: string | null;
  lastName?: string | null;
}
