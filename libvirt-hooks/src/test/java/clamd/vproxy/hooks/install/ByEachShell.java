package clamd.vproxy.hooks.install;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests of the script that are run once for each shell that this machine has. */
@ParameterizedClass
@MethodSource("shells")
abstract class ByEachShell {
    @Parameter private String shell = "";

    @TempDir private Path temporary;
    HookRig hook;

    /** /bin/sh is dash or bash. */
    static Stream<String> shells() {
        return Stream.of("/bin/sh", "/bin/busybox sh")
                .filter(shell -> Files.isExecutable(Path.of(shell.split(" ", 2)[0])));
    }

    @BeforeEach
    void makeSpool() throws Exception {
        hook = new HookRig(temporary, shell);
    }
}
