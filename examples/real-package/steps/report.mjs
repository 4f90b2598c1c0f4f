// Writes report.html from the results of the checks, as far as there are any.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const { PACKAGE, STEPS, TASKCLUSTER_ROOT_URL } = process.env;
const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const html = (text) => String(text).replace(/[&<>"]/g, (c) => entities[c]);
const resultOf = (step) => (existsSync(`${step}.json`) ? JSON.parse(readFileSync(`${step}.json`, 'utf8')) : undefined);

const rows = JSON.parse(STEPS).map(({ step, taskId }) => ({ step, taskId, result: resultOf(step) }));
const good = ({ result }) => result?.exitCode === 0;
const title = `${PACKAGE}: ${rows.every(good) ? 'all is well' : `${rows.filter((row) => !good(row)).length} of ${rows.length} went wrong`}`;
const sections = rows.map(({ step, taskId, result }) => {
  const mark = good({ result }) ? '<b class="good">● passed</b>' : '<b class="bad">✕ failed</b>';
  const facts = result ? `${mark} in ${result.seconds.toFixed(1)} s: <code>${html(result.command)}</code>` : `${mark}: there is no result`;
  const link = `<a href="${html(`${TASKCLUSTER_ROOT_URL}/tasks/${taskId}`)}">task ${html(taskId)}</a>`;
  return `<h2>${html(step)}</h2>\n<p>${facts} · ${link}</p>\n${result ? `<pre>${html(result.lines.join('\n'))}</pre>` : ''}`;
});

writeFileSync(
  'report.html',
  `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${html(title)}</title>
<style>
  :root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
  body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
  pre { padding: .75rem; overflow: auto; border: 1px solid #8886; border-radius: 4px; font-size: 13px }
  .good { color: light-dark(#176b2c, #6fd389) } .bad { color: light-dark(#b3261e, #ff8a80) }
</style>
<h1>${html(title)}</h1>
${sections.join('\n')}
</html>
`,
);
console.log(title);
