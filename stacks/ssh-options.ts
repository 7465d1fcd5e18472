/**
 * Options of ssh for an engine that is reached by it, nothing for another.
 *
 * Without them each run of Terraform and each docker command, of the wait for health or of `vobox status`, makes
 * ssh connections of its own, up to ten at the same time, and sshd drops those that come too fast (its
 * MaxStartups). With them they share one, which ends when it was idle for 30 seconds. Measured: docs/provider.md.
 */
export function sshOptions(engine: string): readonly string[] | undefined {
  if (!engine.startsWith("ssh://")) return undefined;
  return [
    // Nobody answers a prompt: not a terminal, not a window of SSH_ASKPASS.
    "-oBatchMode=yes",
    "-oControlMaster=auto",
    // A folder that only the account can write. %C is a hash of 40 digits: a socket's path takes about 100.
    "-oControlPath=~/.ssh/vobox-%C",
    "-oControlPersist=30",
    // A build is silent for minutes; a firewall that forgets such a connection would end it. A host that does
    // not answer three in a row is given up.
    "-oServerAliveInterval=30",
  ];
}
