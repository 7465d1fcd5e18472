// Loaded before a program (node --require): says at its end what it used.
process.on("exit", () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  process.stderr.write(`used: ${maxRSS} kB, ${userCPUTime + systemCPUTime} us\n`);
});
