/**
 * The benchmark: clamd-vproxy next to the direct connection, HAProxy and socat, each a process
 * between the same load and the same clamd. Not part of the test run; {@code src/it/benchmark}
 * starts it.
 */
@NullMarked
package clamd.vproxy.worker.benchmark;

import org.jspecify.annotations.NullMarked;
