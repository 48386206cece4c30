package clamd.vproxy.hooks.install;

import clamd.vproxy.hooks.install.HookVerifier.Check;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Checks that the programs which the script starts exist at the paths that it uses. Immutable. */
record ToolCheck(HookPlaces places) implements Check {
    private static final String SHELL = "/bin/sh";

    /**
     * The programs' paths. All programs are of GNU coreutils, because busybox's dd knows neither
     * nonblock nor nofollow.
     */
    static final List<String> TOOLS =
            List.of(
                    "/bin/cat",
                    "/bin/dd",
                    "/bin/mv",
                    "/bin/rm",
                    "/bin/sleep",
                    "/usr/bin/timeout",
                    "/usr/bin/tr");

    @Override
    public List<Finding> findings() throws IOException {
        if (!Files.isExecutable(places.followed(places.inside(SHELL)))) {
            return List.of(Finding.fix("there is no " + SHELL, "apt-get install dash"));
        }
        for (String tool : TOOLS) {
            Path program = places.followed(places.inside(tool));
            if (!Files.isExecutable(program)) {
                return List.of(Finding.fix("there is no " + tool, "apt-get install coreutils"));
            }
            if (program.endsWith("busybox")) {
                return List.of(
                        Finding.fix(
                                tool + " is busybox's, which lacks what the hook needs",
                                "apk add coreutils"));
            }
        }
        return List.of(Finding.ok("the programs that it starts are there"));
    }
}
