/** A task that works as it stands on the platform's own worker. */
export const exampleFor = (origin: string): string => `# A task for the worker that comes with the platform. Ctrl-Enter runs it.
taskQueueId: local/default

# Times may be written as here; the ones that are sent stand behind them.
created: now
deadline: in 2 hours

payload:
  # Programs with their arguments, one after the other until one fails.
  command:
    - [/bin/bash, -c, 'for i in 1 2 3 4 5; do echo "Line $i of 5"; sleep 1; done']
    - [/bin/bash, -c, 'date > now.txt']
  maxRunTime: 600 # seconds
  # What is kept when the commands are done.
  artifacts:
    - { type: file, path: now.txt, name: public/now.txt }

metadata:
  name: Count to five
  description: Prints five lines and keeps a file with the time.
  owner: you@example.com
  source: ${origin}/create
`;
