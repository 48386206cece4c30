/**
 * Remembers clamd's verdicts, so that clamd scans the same bytes only once per scope. {@code
 * VerdictMemory} stores the verdicts, {@code SignatureWatch} checks whether they are still valid.
 */
@org.jspecify.annotations.NullMarked
package clamd.vproxy.worker.memory;
