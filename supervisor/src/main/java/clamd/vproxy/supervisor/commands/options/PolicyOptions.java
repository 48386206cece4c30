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

/** Where the policy file is. */
public final class PolicyOptions {
    private static final Path DEFAULT = Path.of("/etc/clamd-vproxy/policy.json");

    @Option(
            names = "--policy",
            paramLabel = "FILE",
            description = "Policy file (default: /etc/clamd-vproxy/policy.json, may be absent).")
    private @Nullable Path file;

    /** As if the file had been named by {@code --policy}; null if it was not. */
    public static PolicyOptions of(@Nullable Path file) {
        PolicyOptions options = new PolicyOptions();
        options.file = file;
        return options;
    }

    /** The file in use. */
    public Path file() {
        return file != null ? file : DEFAULT;
    }

    /**
     * Whether there is no file and none was asked for. A file that was asked for must be there:
     * without it, every guest would get the defaults.
     */
    public boolean isAbsent() {
        return file == null && !Files.exists(DEFAULT, LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * The policies, with {@code underneath} below what the file says.
     *
     * @throws CommandException naming everything that is wrong with the file
     */
    public PolicySet load(Limits underneath) throws CommandException {
        try {
            return read(underneath);
        } catch (PolicyException e) {
            throw new CommandException(ExitCode.CONFIG, e);
        }
    }

    /** Reads the policy file and throws its problems as they are. */
    public PolicySet read(Limits underneath) throws PolicyException {
        return isAbsent()
                ? PolicySet.withoutFile(underneath)
                : PolicyLoader.load(file(), underneath);
    }

    /** One line on a file that was loaded without problems. */
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
