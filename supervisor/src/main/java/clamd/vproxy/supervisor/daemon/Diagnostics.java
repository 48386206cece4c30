package clamd.vproxy.supervisor.daemon;

import clamd.vproxy.supervisor.reports.control.ControlReply;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Collects the daemon's data for a support bundle. Thread-safe.
 *
 * @param policyFile the policy file
 * @param known texts that the daemon's command adds, by the names of their files
 */
record Diagnostics(Path policyFile, Supplier<Map<String, String>> known) {
    /** The size limit for one file; of a longer file, only the beginning is included. */
    private static final int MOST_FILE_BYTES = 1 << 20;

    ControlReply.Diagnostics reply() {
        Map<String, String> files = new TreeMap<>(known.get());
        files.put("policy.json", text(policyFile));
        files.put("threads.txt", threads());
        files.put("jvm.txt", jvm());
        return new ControlReply.Diagnostics(files);
    }

    /** Returns the content of a file, or why it cannot be read. */
    static String text(Path file) {
        try {
            String text = Files.readString(file);
            return text.length() > MOST_FILE_BYTES ? text.substring(0, MOST_FILE_BYTES) : text;
        } catch (NoSuchFileException _) {
            return "there is no " + file + "\n";
        } catch (MalformedInputException _) {
            return file + " is not UTF-8\n";
        } catch (IOException e) {
            return file + " cannot be read: " + e.getMessage() + "\n";
        }
    }

    /**
     * Returns the stack traces of all threads, without locks: those would need one more JDK module.
     */
    private static String threads() {
        StringBuilder text = new StringBuilder();
        Thread.getAllStackTraces().entrySet().stream()
                .sorted(Comparator.comparing(entry -> entry.getKey().getName()))
                .forEach(entry -> {
                    Thread thread = entry.getKey();
                    text.append('"').append(thread.getName()).append("\" ");
                    text.append(thread.getState()).append('\n');
                    for (StackTraceElement call : entry.getValue()) {
                        text.append("    at ").append(call).append('\n');
                    }
                    text.append('\n');
                });
        return text.toString();
    }

    private static String jvm() {
        Runtime runtime = Runtime.getRuntime();
        long mebibyte = 1 << 20;
        return "java: %s, %s\nsystem: %s %s, %s, processors: %d\nheap: %d MiB used of %d MiB\npid: %d, user: %s\n"
                .formatted(
                        System.getProperty("java.vm.name"),
                        System.getProperty("java.vm.version"),
                        System.getProperty("os.name"),
                        System.getProperty("os.version"),
                        System.getProperty("os.arch"),
                        runtime.availableProcessors(),
                        (runtime.totalMemory() - runtime.freeMemory()) / mebibyte,
                        runtime.maxMemory() / mebibyte,
                        ProcessHandle.current().pid(),
                        System.getProperty("user.name"));
    }
}
