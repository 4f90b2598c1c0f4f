import type { Reporter, TestModule } from 'vitest/node';

/**
 * Names the tests that passed only at another try, and why they did not before: each is a mistake, of the test or of what it tests, and is to be mended.
 * Ends a run with `N passed, N failed, N skipped` on a line of its own. A file that cannot be loaded counts as one failure.
 */
export default class Totals implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const count = { passed: 0, failed: unhandled.length, skipped: 0 };
    for (const module of modules) {
      let tests = 0;
      for (const test of module.children.allTests()) {
        tests++;
        const { state, errors = [] } = test.result();
        if (test.diagnostic()?.flaky) {
          const reasons = errors.map(({ message, stack }) => stack ?? message);
          process.stdout.write(
            ['', `Passed only at another try: ${module.relativeModuleId} > ${test.fullName}`, ...reasons, ''].join('\n'),
          );
        }
        if (state === 'passed') count.passed++;
        else if (state === 'failed') count.failed++;
        else count.skipped++;
      }
      if (tests === 0 && module.state() === 'failed') count.failed++;
    }
    process.stdout.write(`\n${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`);
  }
}
