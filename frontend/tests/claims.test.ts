import { describe, expect, it } from "vitest";
import { byAsking, type Claim } from "@/labelling/claims";

describe("claims where there are no locks", () => {
  it("gives a record to one page at a time", async () => {
    const first = await byAsking("record");
    const second = await byAsking("record");
    expect(first).not.toBeNull();
    expect(second).toBeNull();

    first?.release();
    const third: Claim | null = await byAsking("record");
    expect(third).not.toBeNull();
    third?.release();
  });

  it("gives a record to one of several pages that ask within the same moment", async () => {
    const rounds = Array.from({ length: 8 }, async (_, round) => {
      const ask = async (afterMs: number) => {
        await new Promise((resolve) => setTimeout(resolve, afterMs));
        return byAsking(`moment-${round}`);
      };
      const claims = await Promise.all([ask(0), ask(0), ask(60), ask(180)]);
      claims.forEach((claim) => claim?.release());
      return claims.filter((claim) => claim !== null).length;
    });

    expect(await Promise.all(rounds)).toEqual(rounds.map(() => 1));
  });
});
