package clamd.vproxy.worker.memory;

/**
 * The counters of a verdict memory since the start. Immutable.
 *
 * @param hits streams that were answered from the memory
 * @param misses streams for which the memory was consulted, but which were scanned
 * @param coalesced hits of streams that waited while another stream with equal content was scanned
 * @param evictions entries that were evicted for new ones
 * @param entries the present number of entries
 * @param mostEntries the maximum number of entries
 */
public record MemoryCounts(
        long hits, long misses, long coalesced, long evictions, long entries, long mostEntries) {}
