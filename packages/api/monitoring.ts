/** Answers of the monitoring methods that are the same for every service. */
export const monitoringHandlers = (version: object) => ({
  ping: async () => ({ alive: true, uptime: process.uptime() }),
  lbheartbeat: async () => ({}),
  version: async () => version,
});
