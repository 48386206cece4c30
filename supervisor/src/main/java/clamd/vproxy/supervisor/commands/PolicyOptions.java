package clamd.vproxy.supervisor.commands;

import clamd.vproxy.policies.Limits;
import clamd.vproxy.policies.PolicyException;
import clamd.vproxy.policies.PolicyLoader;
import clamd.vproxy.policies.PolicySet;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the policy file is. */
final class PolicyOptions {
    private static final Path DEFAULT = Path.of("/etc/clamd-vproxy/policy.json");

    @Option(
            names = "--policy",
            paramLabel = "FILE",
            description = "Policy file (default: /etc/clamd-vproxy/policy.json, may be absent).")
    private @Nullable Path file;

    /** As if the file had been named by {@code --policy}; null if it was not. */
    static PolicyOptions of(@Nullable Path file) {
        PolicyOptions options = new PolicyOptions();
        options.file = file;
        return options;
    }

    /** The file in use. */
    Path file() {
        return file != null ? file : DEFAULT;
    }

    /**
     * Whether there is no file and none was asked for. A file that was asked for must be there:
     * without it, every guest would get the defaults.
     */
    boolean isAbsent() {
        return file == null && !Files.exists(DEFAULT, LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * The policies, with {@code underneath} below what the file says.
     *
     * @throws CommandException naming everything that is wrong with the file
     */
    PolicySet load(Limits underneath) throws CommandException {
        try {
            return read(underneath);
        } catch (PolicyException e) {
            throw new CommandException(ExitCode.CONFIG, e);
        }
    }

    /** The same for whoever wants the problems themselves. */
    PolicySet read(Limits underneath) throws PolicyException {
        return isAbsent()
                ? PolicySet.withoutFile(underneath)
                : PolicyLoader.load(file(), underneath);
    }

    /** One line on a file that was loaded without problems. */
    String verdict(PolicySet policies) {
        return isAbsent()
                ? file() + " is absent: every guest gets the default limits"
                : file() + " is correct, revision " + policies.revision();
    }
}
