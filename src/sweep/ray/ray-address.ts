/** Which cluster is meant, and how to sign in there; opens no connection. */
import { homedir } from "node:os";
import { join } from "node:path";
import { ConfigError } from "../../base/errors.ts";
import type { FileSystem } from "../../base/file-system.ts";

/** Where a cluster answers. */
export interface RayAddress {
  readonly url: URL;
  /** Never printed, logged or written. */
  readonly token: string | undefined;
}

const DEFAULT = "http://127.0.0.1:8265";
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The cluster that a user means: the flag, else RAY_API_SERVER_ADDRESS, else the local one. The token is that of
 * RAY_AUTH_TOKEN, of the file RAY_AUTH_TOKEN_PATH, or of `~/.ray/auth_token`.
 *
 * @param allowHttp - send a token over a plain connection to another machine.
 * @throws {@link ConfigError} for an address that is none, or one to which the token would go in the clear.
 */
export function rayAddress(
  fs: FileSystem,
  env: Environment,
  {
    address,
    allowHttp = false,
  }: { readonly address?: string | undefined; readonly allowHttp?: boolean },
): RayAddress {
  const text = address ?? env["RAY_API_SERVER_ADDRESS"] ?? DEFAULT;
  const url = URL.parse(text);
  const isWeb = url !== null && ["http:", "https:"].includes(url.protocol);
  if (!isWeb || `${url.username}${url.password}` !== "") {
    throw new ConfigError(
      "ray-address",
      `the address of a Ray cluster must be http://HOST:PORT or https://HOST:PORT, got "${withoutUser(text)}"`,
      { fix: `write for example --address ${DEFAULT}` },
    );
  }
  const token = readToken(fs, env);
  const isOpen = url.protocol === "http:" && !LOOPBACK.test(url.hostname);
  if (isOpen && token !== undefined && !allowHttp) {
    throw new ConfigError(
      "ray-plain-http",
      `the token must go over https or to this machine, got ${url.protocol}//${url.host}`,
      { fix: "use https, a tunnel, or --allow-http if the network between is yours" },
    );
  }
  return { url, token };
}

/** The address without the user and the password that it may have. */
const withoutUser = (text: string): string => text.replace(/^(\w+:\/\/)?.*@/s, "$1…@");

function readToken(fs: FileSystem, env: Environment): string | undefined {
  const named = env["RAY_AUTH_TOKEN"]?.trim();
  if (named !== undefined && named !== "") return named;
  const path = env["RAY_AUTH_TOKEN_PATH"] ?? join(homedir(), ".ray", "auth_token");
  try {
    const text = fs.readFile(path).toString("utf8").trim();
    return text === "" ? undefined : text;
  } catch {
    return undefined;
  }
}
