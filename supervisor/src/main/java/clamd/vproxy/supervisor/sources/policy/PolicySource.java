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
 * @param file the policy file as the operator named it; it may be absent for as long as {@code
 *     first} was made without it
 * @param underneath the limits that hold where the file is silent
 * @param first the policies to begin with
 * @param check is given all policies that come into force, to warn of what is odd about them
 */
public record PolicySource(
        Path file, Limits underneath, PolicySet first, Consumer<PolicySet> check) {

    /**
     * A file that must be there, with nothing to warn of.
     *
     * @throws PolicyException naming everything that is wrong with it
     */
    public static PolicySource load(Path file, Limits underneath) throws PolicyException {
        return new PolicySource(file, underneath, PolicyLoader.load(file, underneath), _ -> {});
    }
}
