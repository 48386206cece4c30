package clamd.vproxy.supervisor.sources.policy;

import clamd.vproxy.policies.PolicyException;
import clamd.vproxy.policies.PolicyLoader;
import clamd.vproxy.policies.PolicyParser;
import clamd.vproxy.policies.PolicySet;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the policy file repeatedly, and parses it when its content has changed. Confined to the
 * thread that holds the reloader's lock.
 */
final class PolicyReader {
    private final PolicySource source;
    private final PolicySet withoutFile;

    /** The last correct content of the file, and the policies parsed from it. */
    private byte @Nullable [] content;

    private PolicySet policies;

    PolicyReader(PolicySource source) {
        this.source = source;
        this.withoutFile = PolicySet.withoutFile(source.underneath());
        this.policies = source.first();
    }

    /**
     * Returns the policies in the file.
     *
     * @param inForce the policies in force: a file that never existed may still be absent
     * @throws PolicyException naming everything that is wrong with the file
     */
    PolicySet read(PolicySet inForce) throws PolicyException {
        if (inForce.revision().equals(withoutFile.revision())
                && !Files.exists(source.file(), LinkOption.NOFOLLOW_LINKS)) {
            return inForce;
        }
        byte[] now = bytes();
        if (!Arrays.equals(now, content)) {
            policies = PolicyParser.parse(source.file().toString(), now, source.underneath());
            content = now;
        }
        return policies;
    }

    private byte[] bytes() throws PolicyException {
        Path file = source.file();
        try {
            return PolicyLoader.read(file);
        } catch (PolicyException incomplete) {
            // reports errors in the content too, besides unsafe permissions
            PolicySet _ = PolicyLoader.load(file, source.underneath());
            throw incomplete;
        }
    }
}
