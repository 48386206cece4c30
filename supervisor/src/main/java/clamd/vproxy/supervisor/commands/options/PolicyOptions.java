package clamd.vproxy.supervisor.commands.options;

import clamd.vproxy.policies.Limits;
import clamd.vproxy.policies.PolicyException;
import clamd.vproxy.policies.PolicyLoader;
import clamd.vproxy.policies.PolicySet;
import clamd.vproxy.supervisor.commands.common.CommandException;
import clamd.vproxy.supervisor.commands.common.ExitCode;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that names the policy file. */
public final class PolicyOptions {
    private static final Path DEFAULT = Path.of("/etc/clamd-vproxy/policy.json");

    @Option(
            names = "--policy",
            paramLabel = "FILE",
            description = "Policy file (default: /etc/clamd-vproxy/policy.json, may be absent).")
    private @Nullable Path file;

    /** Returns options as if {@code --policy} had named the file; null if it did not. */
    public static PolicyOptions of(@Nullable Path file) {
        PolicyOptions options = new PolicyOptions();
        options.file = file;
        return options;
    }

    /** Returns the file in use. */
    public Path file() {
        return file != null ? file : DEFAULT;
    }

    /**
     * Whether there is no file and none was named. A named file must exist: without it, every guest
     * would get the defaults.
     */
    public boolean isAbsent() {
        return file == null && !Files.exists(DEFAULT, LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Loads the policies, with {@code underneath} as the defaults below the file.
     *
     * @throws CommandException with all errors of the file
     */
    public PolicySet load(Limits underneath) throws CommandException {
        try {
            return read(underneath);
        } catch (PolicyException e) {
            throw new CommandException(ExitCode.CONFIG, e);
        }
    }

    /** Reads the policy file and throws its problems unchanged. */
    public PolicySet read(Limits underneath) throws PolicyException {
        return isAbsent()
                ? PolicySet.withoutFile(underneath)
                : PolicyLoader.load(file(), underneath);
    }

    /** Returns one line about a file that was loaded without problems. */
    public String verdict(PolicySet policies) {
        if (isAbsent()) {
            return file() + " is absent: every guest gets the default limits";
        }
        int doubtful = policies.warnings().size();
        return file()
                + " is correct, revision "
                + policies.revision()
                + (doubtful == 0 ? "" : ", warnings of rules: " + doubtful);
    }
}
