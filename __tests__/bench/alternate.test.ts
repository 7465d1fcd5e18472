import { alternate } from "../../bench/alternate";

describe("alternate", () => {
  it("measures both in each round, and lets each come first in turn", async () => {
    const order: string[] = [];
    const measure = (name: string) => () => Promise.resolve(`${name}${order.push(name)}`);
    const { measured, reference } = await alternate(4, measure("a"), measure("b"));
    expect(order).toEqual(["a", "b", "b", "a", "a", "b", "b", "a"]);
    expect(measured).toEqual(["a1", "a4", "a5", "a8"]);
    expect(reference).toEqual(["b2", "b3", "b6", "b7"]);
  });
});
