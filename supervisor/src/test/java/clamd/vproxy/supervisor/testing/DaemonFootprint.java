package clamd.vproxy.supervisor.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What another process of Java's holds at one moment. Immutable.
 *
 * @param heapBytes of live objects
 * @param directBytes of buffers outside of the heap
 * @param residentBytes of all its memory
 * @param threads of the operating system's
 * @param descriptors that are open
 */
public record DaemonFootprint(
        long heapBytes, long directBytes, long residentBytes, long threads, long descriptors) {
    private static final Pattern HEAP_USED =
            Pattern.compile("(?m)^(?:DefNew|Tenured) .* used (\\d+)K");
    private static final Pattern DIRECT =
            Pattern.compile("(?m)Other \\(reserved=\\d+, committed=(\\d+)\\)");
    private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+(\\d+) kB");
    private static final Pattern THREADS = Pattern.compile("(?m)^Threads:\\s+(\\d+)");

    /** Has the process collect its garbage, and measures. It must track its native memory. */
    public static DaemonFootprint of(long pid) throws IOException {
        // what the first one finds unreachable frees its native part before the second
        String _ = jcmd(pid, "GC.run");
        String _ = jcmd(pid, "GC.run");
        long heap =
                HEAP_USED
                        .matcher(jcmd(pid, "GC.heap_info"))
                        .results()
                        .mapToLong(found -> Long.parseLong(found.group(1)) << 10)
                        .sum();
        long direct = number(DIRECT, jcmd(pid, "VM.native_memory", "summary", "scale=b"));
        String status = Files.readString(Path.of("/proc/" + pid + "/status"));
        return new DaemonFootprint(
                heap,
                direct,
                number(RESIDENT, status) << 10,
                number(THREADS, status),
                descriptors(pid));
    }

    /** How many descriptors a process has open. */
    public static long descriptors(long pid) throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            return all.count();
        }
    }

    private static String jcmd(long pid, String... command) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/jcmd").toString(),
                        Long.toString(pid));
        builder.command().addAll(List.of(command));
        Process running = builder.redirectErrorStream(true).start();
        return new String(running.getInputStream().readAllBytes(), UTF_8);
    }

    private static long number(Pattern what, String text) {
        Matcher found = what.matcher(text);
        if (!found.find()) {
            throw new AssertionError(what + " is not in\n" + text);
        }
        return Long.parseLong(found.group(1));
    }
}
