import { Token } from "cdktf";
import type { IConstruct } from "constructs";
import type { ContainerDemands } from "./container/demands";
import { checkProps, type PropNames } from "./props";
import { checkReason, refuse } from "./refusal";

/** What ALICE asks a VO-Box to have (JAliEn documentation, VO-Box requirements: 4 GB, 20 GB for logs, 5 GB cache). */
const asked = { memoryMegabytes: 4096, logGigabytes: 20, cacheGigabytes: 5 };
const megabytesOfGigabyte = 1000;

/** Memory that a container has where none is given, with a reduced sizing too. */
export const defaultMemoryMegabytes = asked.memoryMegabytes;

/** Why a VO-Box may be smaller. */
export interface ReducedSizingProps {
  /** Why it needs less, in words, on one line. It stands in the container's environment and in the status. */
  readonly reason: string;
}

const propNames: PropNames<ReducedSizingProps> = {
  reason: true,
};

/** How large a VO-Box has to be. */
export class VoBoxSizing {
  /**
   * What ALICE asks for: 4096 MB of memory, 20 GB for logs, 5 GB of CVMFS cache. Less memory or cache is refused
   * at synthesis; a file system that is smaller is a warning of the VO-Box.
   */
  static alice(): VoBoxSizing {
    return new VoBoxSizing();
  }

  /** Less, with the reason why: for a test site. Nothing is refused for its size then, and nothing warned of. */
  static reduced(props: ReducedSizingProps): VoBoxSizing {
    checkProps("VoBoxSizing", "props", props, propNames);
    return new VoBoxSizing({ reason: props.reason });
  }

  private constructor(private readonly reduction?: ReducedSizingProps) {}

  /** What it asks of the container: environment that health compares with what is there. */
  demands(): ContainerDemands {
    if (this.reduction !== undefined)
      return { environment: { VOBOX_SIZING_REDUCED: this.reduction.reason } };
    return {
      environment: {
        VOBOX_MEMORY_MEGABYTES: String(asked.memoryMegabytes),
        VOBOX_LOG_GIGABYTES: String(asked.logGigabytes),
        VOBOX_CACHE_GIGABYTES: String(asked.cacheGigabytes),
      },
    };
  }

  /** @throws Refusal for a reduction without a reason. */
  validate(scope: IConstruct, property: string): void {
    if (this.reduction !== undefined)
      checkReason(scope, `${property}.reason`, this.reduction.reason);
  }

  /** @throws Refusal for less memory than ALICE asks for. */
  validateMemory(scope: IConstruct, property: string, memoryMegabytes: number): void {
    this.refuseLess(scope, property, memoryMegabytes, asked.memoryMegabytes);
  }

  /** @throws Refusal for a quota of the CVMFS cache that is less than ALICE asks for. */
  validateCache(scope: IConstruct, property: string, quotaMegabytes: number): void {
    this.refuseLess(scope, property, quotaMegabytes, asked.cacheGigabytes * megabytesOfGigabyte);
  }

  private refuseLess(scope: IConstruct, property: string, given: number, least: number): void {
    if (this.reduction !== undefined || Token.isUnresolved(given) || given >= least) return;
    refuse(scope, {
      property,
      given,
      allowed: `at least ${least} megabytes, which ALICE asks a VO-Box to have`,
      remedy: "A test site that needs less says why, with sizing: VoBoxSizing.reduced({ reason }).",
    });
  }
}
