import type { IConstruct } from "constructs";
import { checkList, checkText, refuse } from "./refusal";

/**
 * Refuses what is no command: no list of words, or an empty one.
 * @param example a command as it is written in a program
 */
export function checkCommand(
  scope: IConstruct,
  property: string,
  command: readonly string[],
  example: string,
): void {
  checkWords(scope, property, command);
  if (command.length === 0)
    refuse(scope, {
      property,
      given: [],
      allowed: "a command",
      remedy: `Give program and arguments as words, such as ${example}.`,
    });
}

/** Refuses what is no list of words of a command; an empty one is taken. */
export function checkWords(scope: IConstruct, property: string, command: readonly string[]): void {
  checkList(scope, property, command);
  command.forEach((word, index) =>
    checkText(scope, `${property}[${index}]`, word, {
      // eslint-disable-next-line no-control-regex
      pattern: /^[^\u0000-\u001f\u007f]+$/,
      allowed: "a word without line breaks or control characters, and not empty",
      remedy: "Put what is longer into a program of its own, in the image or on CVMFS.",
    }),
  );
}

/** Refuses what is no name of an account that may run programs of the VO-Box. */
export function checkAccount(
  scope: IConstruct,
  property: string,
  user: string,
  remedy: string,
): void {
  checkText(scope, property, user, {
    pattern: /^(?!root$)[a-z_][a-z0-9_-]{0,31}$/,
    allowed: "the name of an account other than root",
    remedy,
  });
}
