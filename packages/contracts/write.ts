import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { contracts, GenericWorkerPayload } from './index.ts';
import { publish } from './publish.ts';

// Writes all references and schemas into a folder: node packages/contracts/write.ts FOLDER
const [folder] = process.argv.slice(2);
if (!folder) {
  console.error('Give the folder to write to: node packages/contracts/write.ts FOLDER');
  process.exit(2);
}

const documents = publish(contracts, [GenericWorkerPayload]);
for (const [path, document] of documents) {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(document, null, 2)}\n`);
}
console.error(`${documents.size} documents are in ${folder}.`);
