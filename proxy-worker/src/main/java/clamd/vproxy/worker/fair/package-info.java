/**
 * Determines the order of scans by a weighted fair share among waiting guests. {@code ScanQueue}
 * computes the order from given times, and {@code ScanSlots} lets session threads wait for their
 * turn.
 */
@NullMarked
package clamd.vproxy.worker.fair;

import org.jspecify.annotations.NullMarked;
