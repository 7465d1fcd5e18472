/**
 * Options of ssh for an engine that is reached by it, nothing for another.
 *
 * Each request that an engine gets beside another one is an ssh connection of its own, and sshd drops those
 * that come too fast (its MaxStartups). With these they share one, which stays until it was idle for
 * 30 seconds: from one run of Terraform to the next, and for the wait for health.
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
