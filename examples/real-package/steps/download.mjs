// Downloads the artifacts of earlier tasks: INPUTS is {file: url}. With OPTIONAL, one that is missing is left out.
import { writeFile } from 'node:fs/promises';

const { INPUTS, OPTIONAL } = process.env;
for (const [file, url] of Object.entries(JSON.parse(INPUTS))) {
  const reply = await fetch(url);
  if (reply.ok) {
    const data = Buffer.from(await reply.arrayBuffer());
    await writeFile(file, data);
    console.log(`${file}: ${data.length} bytes`);
  } else if (OPTIONAL) {
    console.log(`${file}: none (${reply.status})`);
  } else {
    // The URL is signed and stays out of the log.
    console.error(`${file} could not be downloaded: ${reply.status} ${(await reply.text()).slice(0, 500)}`);
    process.exit(1);
  }
}
