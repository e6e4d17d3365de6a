import { describe, expect, test } from "vitest";
import { ConfigError } from "../../../../src/base/errors.ts";
import { rayAddress } from "../../../../src/sweep/ray/ray-address.ts";
import { memoryDisk } from "../../../support/memory-disk.ts";

const fs = memoryDisk(new Map([["/secrets/ray", Buffer.from("from-file\n")]]));
const at = (address: string | undefined, env: Record<string, string> = {}, allowHttp = false) =>
  rayAddress(fs, env, { address, allowHttp });

describe("the address of a cluster", () => {
  test("is the flag, else that of the environment, else this machine", () => {
    const env = { RAY_API_SERVER_ADDRESS: "http://head:8265" };
    expect(at("http://other:1", env).url.host).toBe("other:1");
    expect(at(undefined, env).url.host).toBe("head:8265");
    expect(at(undefined).url.href).toBe("http://127.0.0.1:8265/");
  });

  test.each(["head:8265", "ray://head:10001", "http://user:word@head", "", "ftp://head"])(
    "must be one of the web: %s",
    (address) => {
      expect(() => at(address)).toThrow(ConfigError);
    },
  );

  test.each([
    "http://user:pa55@head:8265",
    "http://:pa55@head:8265",
    "user:pa55@head:8265",
    "http://user:pa55/a@b@head:8265",
    "ftp://user:pa55@head",
  ])("has no user, and a password is not shown: %s", (address) => {
    expect(() => at(address)).toThrow(/got ".*…@head/);
    expect(() => at(address)).not.toThrow(/pa55/);
  });
});

describe("the token of a cluster", () => {
  const word = { RAY_AUTH_TOKEN: "from-word" };
  const file = { RAY_AUTH_TOKEN_PATH: "/secrets/ray" };

  test("is that of the environment, else of the file that it names", () => {
    expect(at(undefined, { ...word, ...file }).token).toBe("from-word");
    expect(at(undefined, file).token).toBe("from-file");
    expect(at(undefined, { RAY_AUTH_TOKEN_PATH: "/none" }).token).toBeUndefined();
  });

  test("goes in the clear to no other machine, unless it is allowed to", () => {
    expect(() => at("http://head:8265", word)).toThrow(/https/);
    expect(() => at("http://127.0.0.1.evil.example", word)).toThrow(ConfigError);
    expect(() => at("http://head:8265", word)).not.toThrow(/from-word/);
    for (const address of [
      "https://head",
      "http://localhost:1",
      "http://127.0.0.1:1",
      "http://[::1]:1",
    ]) {
      expect(at(address, word).token).toBe("from-word");
    }
    expect(at("http://head:8265", word, true).token).toBe("from-word");
    expect(at("http://head:8265", { RAY_AUTH_TOKEN_PATH: "/none" }).token).toBeUndefined();
  });
});
