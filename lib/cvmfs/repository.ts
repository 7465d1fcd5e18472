import type { IConstruct } from "constructs";
import { checkProps, type PropNames } from "../props";
import { checkText } from "../refusal";

/** How a repository is looked at. */
export interface CvmfsRepositoryOptions {
  /**
   * A file of the repository that is read to see whether the repository works; path below the
   * repository's top.
   * @default - the first file found near the top
   */
  readonly probeFile?: string;
}

const optionNames: PropNames<CvmfsRepositoryOptions> = {
  probeFile: true,
};

/** A CVMFS repository. */
export class CvmfsRepository {
  /** ALICE's software, scripts and containers. */
  static alice(): CvmfsRepository {
    return new CvmfsRepository("alice.cern.ch", { probeFile: "bin/alienv" });
  }

  /** ALICE's calibration data of Runs 1 and 2. */
  static aliceOcdb(): CvmfsRepository {
    return new CvmfsRepository("alice-ocdb.cern.ch");
  }

  /** A file of it that is read to see whether it works; path below its top. */
  readonly probeFile?: string;

  /** @param name the repository's fully qualified name, e.g. `alice.cern.ch` */
  constructor(
    readonly name: string,
    options: CvmfsRepositoryOptions = {},
  ) {
    checkProps("CvmfsRepository", "options", options, optionNames);
    this.probeFile = options.probeFile;
  }

  /** @throws Refusal when name or probe file cannot be one. */
  validate(scope: IConstruct, property: string): void {
    checkText(scope, `${property}.name`, this.name, {
      pattern: /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/,
      allowed: "<name>.<domain> in lower case, such as alice.cern.ch",
      remedy: "Give the whole name that the repository was published under.",
    });
    if (this.probeFile !== undefined)
      checkText(scope, `${property}.probeFile`, this.probeFile, {
        // It travels in a list that is separated by blanks, U+0085 among them.
        // eslint-disable-next-line no-control-regex
        pattern: /^(?!\/)(?!(.*\/)?\.\.(\/|$))[^\s=\u0000-\u001f\u007f\u0085]+$/,
        allowed: "a path below the repository's top, without blanks, control characters, = or ..",
        remedy: "Give it as seen from there: bin/alienv, not /cvmfs/alice.cern.ch/bin/alienv.",
      });
  }
}
