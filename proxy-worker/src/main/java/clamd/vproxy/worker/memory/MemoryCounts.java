package clamd.vproxy.worker.memory;

/**
 * What a verdict memory has done since the start. Immutable.
 *
 * @param hits streams that were answered from it
 * @param misses streams that were scanned, of those that could have been answered from it
 * @param coalesced hits of streams that waited while another stream with their content was scanned
 * @param evictions entries that gave way to new ones
 * @param entries how many entries it has
 * @param mostEntries how many it may have
 */
public record MemoryCounts(
        long hits, long misses, long coalesced, long evictions, long entries, long mostEntries) {}
