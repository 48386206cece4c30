package clamd.vproxy.supervisor.cli;

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
        if (isAbsent()) {
            return PolicySet.withoutFile(underneath);
        }
        try {
            return PolicyLoader.load(file(), underneath);
        } catch (PolicyException e) {
            throw new CommandException(ExitCode.CONFIG, e);
        }
    }
}
