/**
 * Remembers clamd's verdicts, so that one scope has the same bytes scanned once: {@code
 * VerdictMemory} keeps them, {@code SignatureWatch} says whether they still hold.
 */
@org.jspecify.annotations.NullMarked
package clamd.vproxy.worker.memory;
