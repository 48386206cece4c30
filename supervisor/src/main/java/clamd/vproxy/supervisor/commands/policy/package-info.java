/** {@code policy}: explains, checks, compares and edits the policy file. */
@NullMarked
package clamd.vproxy.supervisor.commands.policy;

import org.jspecify.annotations.NullMarked;
