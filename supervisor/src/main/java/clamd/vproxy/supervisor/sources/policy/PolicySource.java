package clamd.vproxy.supervisor.sources.policy;

import clamd.vproxy.policies.Limits;
import clamd.vproxy.policies.PolicyException;
import clamd.vproxy.policies.PolicyLoader;
import clamd.vproxy.policies.PolicySet;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Where the policies come from. Immutable.
 *
 * @param file the policy file as the operator named it; it may be absent as long as {@code first}
 *     was made without it
 * @param underneath the limits that apply unless the file sets others
 * @param first the policies to start with
 * @param check receives all policies that are put in force, to warn of questionable settings
 */
public record PolicySource(
        Path file, Limits underneath, PolicySet first, Consumer<PolicySet> check) {

    /**
     * Loads a file that must exist; the result has no check.
     *
     * @throws PolicyException naming everything that is wrong with it
     */
    public static PolicySource load(Path file, Limits underneath) throws PolicyException {
        return new PolicySource(file, underneath, PolicyLoader.load(file, underneath), _ -> {});
    }
}
