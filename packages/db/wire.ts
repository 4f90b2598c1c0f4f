import { createServer, type AddressInfo, connect, type Socket } from 'node:net';

/** A wire to a PostgreSQL server that can go silent. */
export interface Wire {
  /** Of the server, over the wire. */
  readonly connectionString: string;
  /** How many connections were made over it so far. */
  readonly made: () => number;
  /** What is connected now passes no byte any more, in either direction, and is not closed: a firewall has forgotten the flows. */
  readonly forget: () => void;
  /** The same, and new connections get no answer either: the host is gone. */
  readonly vanish: () => void;
  readonly stop: () => Promise<void>;
}

/**
 * A TCP proxy before a server. Once silent it is so for good, and does not even pass on that one side has closed: the other side has to
 * find out by itself, as it has to when no FIN and no RST arrives.
 */
export const startWire = async (target: string): Promise<Wire> => {
  const url = new URL(target);
  const [host, port] = [decodeURIComponent(url.hostname), Number(url.port || 5432)];
  const flows = new Set<readonly [Socket, Socket]>();
  const all = new Set<Socket>();
  let gone = false;
  let made = 0;
  const server = createServer((near) => {
    made++;
    all.add(near.on('error', () => {}));
    if (gone) return;
    const far = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host);
    all.add(far.on('error', () => {}));
    const flow = [near, far] as const;
    flows.add(flow);
    for (const [from, to] of [flow, flow.toReversed() as [Socket, Socket]]) {
      from.on('data', (bytes) => flows.has(flow) && to.write(bytes));
      from.once('close', () => flows.delete(flow) && to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    connectionString: url.toString(),
    made: () => made,
    forget: () => flows.clear(),
    vanish: () => {
      gone = true;
      flows.clear();
    },
    stop: async () => {
      for (const socket of all) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
