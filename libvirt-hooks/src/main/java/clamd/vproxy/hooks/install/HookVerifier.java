package clamd.vproxy.hooks.install;

import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks that libvirt runs the hook and that the hook reaches a supervisor. Confined to one thread.
 */
public final class HookVerifier {
    private final HookPlaces places;
    private final List<Check> checks;

    /** A check of one part of the installation. */
    @FunctionalInterface
    interface Check {
        List<Finding> findings() throws IOException;
    }

    /**
     * Creates a verifier.
     *
     * @param places where to look
     * @param version this program's version, without white space
     * @param clock the wall clock
     */
    public HookVerifier(HookPlaces places, String version, Clock clock) {
        this(places, version, clock, Programs::run);
    }

    HookVerifier(HookPlaces places, String version, Clock clock, Programs programs) {
        this.places = places;
        this.checks =
                List.of(
                        new FileCheck(places, version),
                        new ToolCheck(places),
                        new SpoolCheck(places, programs),
                        new DaemonCheck(places, clock),
                        new SelinuxCheck(places, programs),
                        new AppArmorCheck(places));
    }

    /** Runs all checks, and returns at least one finding for each. */
    public List<Finding> verify() {
        List<Finding> findings = new ArrayList<>();
        for (Check check : checks) {
            try {
                findings.addAll(check.findings());
            } catch (IOException e) {
                findings.add(
                        Finding.fix(
                                "could not look at all of it: " + e.getMessage(),
                                "sudo clamd-vproxy hook verify" + rootOption(places)));
            }
        }
        return findings;
    }

    /** Returns the command that installs the hook with these settings. */
    static String installCommand(HookPlaces places, String spool, Strictness strictness) {
        String strict =
                switch (strictness) {
                    case OFF -> "";
                    case ON -> " --strict";
                    case FAIL_CLOSED -> " --strict=fail-closed";
                };
        return "clamd-vproxy hook install"
                + rootOption(places)
                + (spool.equals(HookSettings.DEFAULT_SPOOL) ? "" : " --spool=" + spool)
                + strict;
    }

    private static String rootOption(HookPlaces places) {
        return places.isHostRoot() ? "" : " --root=" + places.root();
    }
}
