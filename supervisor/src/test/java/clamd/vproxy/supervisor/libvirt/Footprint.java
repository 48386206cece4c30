package clamd.vproxy.supervisor.libvirt;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What this process holds at one moment. Immutable.
 *
 * @param heapBytes of live objects
 * @param residentBytes of memory, whatever it is for
 * @param threads of Java's
 * @param descriptors that are open
 */
record Footprint(long heapBytes, long residentBytes, long threads, long descriptors) {
    /** Collects the garbage and measures. */
    static Footprint now() throws IOException {
        // what the first one finalizes is garbage for the second
        System.gc();
        System.gc();
        return new Footprint(
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
                residentMemory(),
                ManagementFactory.getThreadMXBean().getThreadCount(),
                openDescriptors());
    }

    static long openDescriptors() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.count();
        }
    }

    private static long residentMemory() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            String kibibytes =
                    lines.filter(line -> line.startsWith("VmRSS:"))
                            .findFirst()
                            .orElseThrow()
                            .replaceAll("[^0-9]", "");
            return Long.parseLong(kibibytes) << 10;
        }
    }
}
