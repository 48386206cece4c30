package clamd.vproxy.hooks.install;

import clamd.vproxy.hooks.install.HookFile.Origin;
import clamd.vproxy.hooks.install.HookVerifier.Check;
import clamd.vproxy.hooks.install.RunningDaemons.Daemon;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Checks that libvirt's daemon runs qemu hooks at all: it does only if it found one when it
 * started. A reload makes it look again but leaves no trace, so the suggested fix is a restart.
 * Immutable.
 */
record DaemonCheck(HookPlaces places, Clock clock) implements Check {
    @Override
    public List<Finding> findings() throws IOException {
        List<Daemon> daemons = RunningDaemons.below(places.root());
        if (daemons.isEmpty()) {
            return List.of(Finding.ok("libvirt's daemon does not run; it will look for hooks"));
        }
        Optional<Instant> first = firstHook();
        List<Finding> findings = new ArrayList<>();
        for (Daemon daemon : daemons) {
            Instant started = clock.instant().minus(daemon.age());
            String who = daemon.name() + " (process " + daemon.pid() + ")";
            findings.add(
                    first.isEmpty() || started.isBefore(first.get())
                            ? Finding.fix(
                                    who + " has been running since before there was a qemu hook",
                                    "systemctl restart " + daemon.name())
                            : Finding.ok(who + " looks for hooks"));
        }
        return findings;
    }

    private Optional<Instant> firstHook() throws IOException {
        List<Path> hooks = new ArrayList<>(HookPlaces.list(places.folder()));
        hooks.add(places.single());
        Optional<Instant> first = Optional.empty();
        for (Path hook : hooks) {
            if (Files.isRegularFile(hook) && Files.isExecutable(hook)) {
                Instant since = since(hook);
                first = first.filter(since::isAfter).or(() -> Optional.of(since));
            }
        }
        return first;
    }

    /**
     * Returns since when a hook exists. An update of this program's hook keeps the modification
     * time; for other hooks only ctime is reliable, because it cannot be set.
     */
    private static Instant since(Path hook) throws IOException {
        return (HookFile.read(hook).origin() == Origin.OURS
                        ? Files.getLastModifiedTime(hook)
                        : (FileTime)
                                Files.getAttribute(hook, "unix:ctime", LinkOption.NOFOLLOW_LINKS))
                .toInstant();
    }
}
