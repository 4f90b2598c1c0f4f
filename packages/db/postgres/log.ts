// Start, stop and checkpoints in good order, and the end of a replay: an operator has nothing to do.
const routine = new RegExp(
  '^(starting PostgreSQL|listening on|database system (was shut down|is ready|is shut down)|received \\w+ shutdown request|' +
    'aborting any active transactions|background worker .* exited with exit code|shutting down|checkpoint (starting|complete)|' +
    'redo (starts|done|is not required)|invalid record length|received SIGHUP|parameter ".*" changed|skipping missing configuration file)',
);
const serverLine = /^(?<process>[^[]*) \[\d+\] (?<severity>[A-Z]+): +(?<text>.*)$/;

/**
 * What the log gets from a line that the server wrote; undefined for a line that is not worth a place.
 * Errors of statements are dropped: the program that sent the statement is told, and decides what it means.
 * The texts are English, because the cluster's messages have the locale C.
 */
export function logLine(line: string): string | undefined {
  if (line.trim() === '' || line.startsWith('\t')) return undefined;
  const { process: from = '', severity, text = '' } = serverLine.exec(line)?.groups ?? {};
  if (severity === undefined) return line;
  if (severity === 'LOG') return routine.test(text) ? undefined : text;
  if (/^(client backend|not initialized)$/.test(from) && /^(ERROR|FATAL)$/.test(severity)) return undefined;
  return `${severity.toLowerCase()}: ${text}`;
}
