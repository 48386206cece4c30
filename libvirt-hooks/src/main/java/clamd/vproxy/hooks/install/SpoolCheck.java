package clamd.vproxy.hooks.install;

import clamd.vproxy.hooks.install.HookVerifier.Check;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** Checks that a supervisor reads the spool, by ringing its bell as the script does. Immutable. */
record SpoolCheck(HookPlaces places, Programs programs) implements Check {
    private static final int FILE_TYPE = 0170000;
    private static final int FIFO = 0010000;

    @Override
    public List<Finding> findings() throws IOException {
        if (!places.isLive()) {
            return List.of(
                    Finding.ok(
                            "nothing runs below " + places.root() + ", so no supervisor either"));
        }
        return List.of(supervisor(FileCheck.settings(HookFile.read(places.target()))));
    }

    private Finding supervisor(HookSettings settings) throws IOException {
        Path spool = places.inside(settings.spool());
        if (!Files.isDirectory(spool)) {
            return Finding.fix("no supervisor has made " + spool, startCommand("start", settings));
        }
        Path real = spool.toRealPath();
        if (!real.equals(places.root().toRealPath().resolve(settings.spool().substring(1)))) {
            return Finding.fix(
                    spool + " leads through a link to " + real + ", where the hook does not go",
                    HookVerifier.installCommand(places, real.toString(), settings.strictness()));
        }
        Path bell = spool.resolve("bell");
        if (!isFifo(bell)) {
            return Finding.fix(
                    "no supervisor answers in " + spool, startCommand("start", settings));
        }
        return programs.output(
                                "dd",
                                "if=/dev/zero",
                                "of=" + bell,
                                "bs=1",
                                "count=1",
                                "oflag=nonblock,nofollow",
                                "conv=notrunc,nocreat")
                        .isPresent()
                ? Finding.ok("a supervisor listens in " + spool)
                : Finding.fix(
                        "the supervisor that made " + bell + " is gone",
                        startCommand("restart", settings));
    }

    private static boolean isFifo(Path path) throws IOException {
        try {
            int mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
            return (mode & FILE_TYPE) == FIFO;
        } catch (NoSuchFileException _) {
            return false;
        }
    }

    private static String startCommand(String verb, HookSettings settings) {
        return "systemctl "
                + verb
                + " clamd-vproxy"
                + (settings.spool().equals(HookSettings.DEFAULT_SPOOL)
                        ? ""
                        : " (it needs --hook-spool=" + settings.spool() + ")");
    }
}
