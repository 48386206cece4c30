package clamd.vproxy.hooks.install;

import clamd.vproxy.hooks.install.HookVerifier.Check;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks that the AppArmor profile of libvirt's daemon lets it run hooks, and lets hooks run
 * programs in {@code /usr/bin}. Debian's and Ubuntu's profiles do, by exactly the rules that this
 * check looks for. Immutable.
 */
record AppArmorCheck(HookPlaces places) implements Check {
    private static final List<String> DAEMONS = List.of("libvirtd", "virtqemud");
    private static final List<String> RULES =
            List.of("/etc/libvirt/hooks/** rmix,", "/usr/bin/* PUx,");

    @Override
    public List<Finding> findings() throws IOException {
        Path loaded = places.root().resolve("sys/kernel/security/apparmor/profiles");
        List<String> profiles = Files.exists(loaded) ? Files.readAllLines(loaded) : List.of();
        List<Finding> findings = new ArrayList<>();
        for (String daemon : DAEMONS) {
            if (profiles.contains(daemon + " (enforce)")
                    || profiles.contains("/usr/sbin/" + daemon + " (enforce)")) {
                findings.add(rules(daemon));
            }
        }
        return findings.isEmpty()
                ? List.of(Finding.ok("AppArmor does not confine libvirt's daemon"))
                : findings;
    }

    private Finding rules(String daemon) throws IOException {
        Path profile = places.root().resolve("etc/apparmor.d/usr.sbin." + daemon);
        Path local = places.root().resolve("etc/apparmor.d/local/usr.sbin." + daemon);
        List<String> lines = new ArrayList<>();
        for (Path file : List.of(profile, local)) {
            if (Files.exists(file)) {
                Files.readAllLines(file).forEach(line -> lines.add(line.strip()));
            }
        }
        for (String rule : RULES) {
            String path = rule.substring(0, rule.indexOf(' ') + 1);
            if (lines.stream().noneMatch(line -> line.startsWith(path))) {
                return Finding.fix(
                        "AppArmor's profile of " + daemon + " has no rule for " + path.strip(),
                        "echo '" + rule + "' >>" + local + " && apparmor_parser -r " + profile);
            }
        }
        return Finding.ok("AppArmor's profile of " + daemon + " lets it run hooks");
    }
}
