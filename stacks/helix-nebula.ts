/**
 * A provider of the Helix Nebula Science Cloud (2016 to 2018), and what its clouds ask of a site there.
 *
 * That most public clouds let no macvlan through is said by Docker's documentation of macvlan.
 */
export class HelixNebulaProvider {
  /** T-Systems, with the Open Telekom Cloud (OpenStack). */
  static tSystems(): HelixNebulaProvider {
    return new HelixNebulaProvider(
      "T-Systems",
      "the port security of the Open Telekom Cloud lets no MAC and no address through but those that it gave to the machine",
    );
  }

  /** RHEA, with Exoscale and the Open Telekom Cloud. */
  static rhea(): HelixNebulaProvider {
    return new HelixNebulaProvider(
      "RHEA",
      "Exoscale gives a machine its public address directly and, like most public clouds, lets no other MAC through",
    );
  }

  /** IBM, with its classic infrastructure. */
  static ibm(): HelixNebulaProvider {
    return new HelixNebulaProvider(
      "IBM",
      "the network, like that of most public clouds, lets no MAC through but the machine's own",
    );
  }

  private constructor(
    /** Name of the provider. */
    readonly name: string,
    /** Why a VO-Box with a MAC and addresses of its own is not reached there; completes "at NAME, …". */
    readonly noMacvlanReason: string,
  ) {}
}
