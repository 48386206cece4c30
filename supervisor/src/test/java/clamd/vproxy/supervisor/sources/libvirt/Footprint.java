package clamd.vproxy.supervisor.sources.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Structure;
import com.sun.jna.Structure.FieldOrder;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * What this process holds at one moment. Immutable.
 *
 * @param heapBytes of live objects
 * @param nativeBytes in use of the C library's heap by others than the JVM: libvirt's and JNA's
 * @param threads of Java's
 * @param descriptors that are open
 */
record Footprint(long heapBytes, long nativeBytes, long threads, long descriptors) {
    private static final Pattern MALLOC_OF_ALL = Pattern.compile("(?m)^ *malloc: (\\d+)");

    /** Collects the garbage and measures. */
    static Footprint now() throws IOException {
        // what the first one finalizes is garbage for the second
        System.gc();
        System.gc();
        return new Footprint(
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
                nativeMemory(),
                ManagementFactory.getThreadMXBean().getThreadCount(),
                openDescriptors());
    }

    static long openDescriptors() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.count();
        }
    }

    private static long nativeMemory() {
        long theVirtualMachine = ofTheVirtualMachine();
        MallocInfo info = CLibrary.INSTANCE.mallinfo2();
        return info.uordblks + info.hblkhd - theVirtualMachine;
    }

    /**
     * What the JVM took from the same heap for itself: compiled code comes and goes by megabytes.
     */
    private static long ofTheVirtualMachine() {
        try {
            String told =
                    (String)
                            ManagementFactory.getPlatformMBeanServer()
                                    .invoke(
                                            ObjectName.getInstance(
                                                    "com.sun.management:type=DiagnosticCommand"),
                                            "vmNativeMemory",
                                            new Object[] {new String[] {"summary", "scale=b"}},
                                            new String[] {String[].class.getName()});
            Matcher total = MALLOC_OF_ALL.matcher(told);
            assertThat(total.find()).as(told).isTrue();
            return Long.parseLong(total.group(1));
        } catch (JMException e) {
            throw new AssertionError("the JVM does not tell of its memory", e);
        }
    }

    /** The part of the C library that tells of its heap: mallinfo(3). */
    interface CLibrary extends Library {
        CLibrary INSTANCE = Native.load("c", CLibrary.class);

        MallocInfo mallinfo2();
    }

    /** {@code struct mallinfo2} of a 64-bit machine, in its own names and order. */
    @FieldOrder({
        "arena",
        "ordblks",
        "smblks",
        "hblks",
        "hblkhd",
        "usmblks",
        "fsmblks",
        "uordblks",
        "fordblks",
        "keepcost"
    })
    public static final class MallocInfo extends Structure implements Structure.ByValue {
        public long arena;
        public long ordblks;
        public long smblks;
        public long hblks;
        public long hblkhd;
        public long usmblks;
        public long fsmblks;
        public long uordblks;
        public long fordblks;
        public long keepcost;
    }
}
