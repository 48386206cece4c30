package clamd.vproxy.supervisor.commands.demo;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The configuration of a {@link ClamdProcess}. Immutable.
 *
 * @param directory the directory of its socket, configuration, log and temporary files: absolute,
 *     missing or empty, and short enough for a Unix socket's path (107 bytes); it is removed when
 *     the process is closed
 * @param tcp whether it also listens on a free TCP port of 127.0.0.1
 * @param machineSignatures whether it uses the machine's signatures, if there are any; otherwise it
 *     knows EICAR only
 * @param settings more options of clamd.conf; they precede the built-in ones in the file, so they
 *     take precedence
 */
public record ClamdSetup(
        Path directory, boolean tcp, boolean machineSignatures, Map<String, String> settings) {
    /** Copies the settings, keeping their order. */
    public ClamdSetup {
        directory = directory.toAbsolutePath();
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    }

    /** Returns a setup of a clamd on a Unix socket that knows EICAR only. */
    public static ClamdSetup in(Path directory) {
        return new ClamdSetup(directory, false, false, Map.of());
    }

    /** Returns this setup with a clamd that also listens on TCP. */
    public ClamdSetup withTcp() {
        return new ClamdSetup(directory, true, machineSignatures, settings);
    }

    /** Returns this setup with the machine's signatures, if there are any. */
    public ClamdSetup withMachineSignatures() {
        return new ClamdSetup(directory, tcp, true, settings);
    }

    /** Returns this setup with one more option of clamd.conf, such as {@code MaxThreads 2}. */
    public ClamdSetup with(String option, String value) {
        Map<String, String> more = new LinkedHashMap<>(settings);
        more.put(option, value);
        return new ClamdSetup(directory, tcp, machineSignatures, more);
    }

    /** Returns the Unix socket that clamd listens on. */
    public Path socket() {
        return directory.resolve("clamd.sock");
    }
}
