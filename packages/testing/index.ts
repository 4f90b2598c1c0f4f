export { openTestDatabase, type TestClock, testClock, type TestDatabase } from './database.ts';
export { startTestCluster, type TestCluster } from './cluster.ts';
