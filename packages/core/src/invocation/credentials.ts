const redacted = "[redacted]";

/**
 * The temporary credentials of the function's role, to call other services with. The three properties read as
 * usual; JSON, `util.inspect`, string templates and spreading show `[redacted]` instead.
 */
export class Credentials {
  readonly #accessKeyId: string | undefined;
  readonly #accessKeySecret: string | undefined;
  readonly #securityToken: string | undefined;

  /** What a spread copies in place of the secrets. */
  readonly credentials: string = redacted;

  constructor(accessKeyId?: string, accessKeySecret?: string, securityToken?: string) {
    this.#accessKeyId = accessKeyId;
    this.#accessKeySecret = accessKeySecret;
    this.#securityToken = securityToken;
  }

  /** `x-fc-access-key-id`, such as `STS.NaXxxx`. */
  get accessKeyId(): string | undefined {
    return this.#accessKeyId;
  }

  /** `x-fc-access-key-secret`, such as `7jXxxx`. */
  get accessKeySecret(): string | undefined {
    return this.#accessKeySecret;
  }

  /** `x-fc-security-token`, such as `CAIS...`. */
  get securityToken(): string | undefined {
    return this.#securityToken;
  }

  toJSON(): string {
    return redacted;
  }

  toString(): string {
    return redacted;
  }

  static {
    Object.defineProperty(this.prototype, Symbol.for("nodejs.util.inspect.custom"), {
      value: () => redacted,
    });
  }
}
